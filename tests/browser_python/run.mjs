// Run a Python program in Pyodide: node run.mjs PYODIDE_FOLDER WHEEL PROGRAM
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, wheel, program] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const pyodide = await loadPyodide();
try {
  pyodide.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel", { extractDir: "/packages" });
  pyodide.runPython("import sys; sys.path.insert(0, '/packages')");
  console.log(pyodide.runPython(readFileSync(program, "utf8")));
} catch (error) {
  // The message alone: Node would print Pyodide's own source, which is one long line.
  console.error(error.message);
  process.exitCode = 1;
}
