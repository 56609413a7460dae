import { packageBuild } from "../../tsup.config.mjs";

export default packageBuild({ extraEntries: ["main"] });
