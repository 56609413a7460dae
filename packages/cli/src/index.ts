/** The `crv` command as a function, for programs that embed it. */
export {
  EXIT_BY_ACTION,
  EXIT_INTERRUPTED,
  EXIT_OK,
  EXIT_UNEXPECTED,
  EXIT_USAGE,
} from "./exit-codes.js";
export { runCli } from "./run-cli.js";
export { openTerminal, type Terminal } from "./terminal.js";
