/** @file Where `counterweight engines install tensorflow` puts TensorFlow, and which versions it puts there. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Versions that are installed together; the addon is compiled against these headers. */
export const tensorflowVersions = { tfjsNode: "4.22.0", tensorflow: "2.21.0" } as const;

/**
 * Folder with the `node_modules` that holds them: `$XDG_DATA_HOME/counterweight/…`, outside any project, so that `npm ci` leaves it be.
 * Other versions live in other folders (XDG Base Directory Specification 0.8: a relative path counts as none).
 */
export const tensorflowHome = (environment: NodeJS.ProcessEnv = process.env): string => {
  const { tfjsNode, tensorflow } = tensorflowVersions;
  const given = environment["XDG_DATA_HOME"] ?? "";
  const data = isAbsolute(given) ? given : join(homedir(), ".local", "share");
  return join(data, "counterweight", `tfjs-node-${tfjsNode}-tensorflow-${tensorflow}`);
};
