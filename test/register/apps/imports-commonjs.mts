import "./native.cts";
