// Runs the blob service of Azurite until stdin ends, so that it never outlives the tests that started it, however they end.
process.stdin.on("end", () => process.exit()).resume();
require("azurite/dist/src/blob/main.js");
