import { init } from "@kit/sdk";

init();
