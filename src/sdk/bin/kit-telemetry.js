#!/usr/bin/env node
// Stands here because npm links a command when it installs, in a checkout before anything is built.
import "../dist/bin/kit-telemetry.js";
