/** @file What TensorFlow for Node is built from, with the hashes that it must have. All of it comes from npm and PyPI. */
import { tensorflowVersions } from "../../tensor/tfjs/tensorflow-home.ts";

/** A download and what it must be. */
interface Download {
  /** As its registry's client takes it. */
  readonly specifier: string;
  readonly sha256: string;
}

/** The wheel whose runtime and C headers are used; of any wheel of this version, one is named, so that one hash does. */
export const tensorflowWheel: Download & {
  readonly selection: readonly string[];
  readonly members: string;
  readonly megabytes: number;
} = {
  specifier: `tensorflow-cpu==${tensorflowVersions.tensorflow}`,
  sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
  /** Which Python it is for does not matter: nothing of Python's is used. */
  selection: ["--python-version", "3.11", "--implementation", "cp", "--platform", "manylinux_2_27_x86_64"],
  /** C and C++ interfaces of the runtime, and the two libraries. */
  members:
    "tensorflow/(libtensorflow_(cc|framework)[.]so[.]2$|include/(tensorflow/(c|tsl|core/platform)|tsl|xla/tsl)/.*[.]h$)",
  megabytes: 262,
};

/** Node's C interface; the addon keeps to version 8 of it, so it loads in every Node from 16 on. */
export const nodeApiHeaders: Download & { readonly archive: string } = {
  specifier: "node-api-headers@1.9.0",
  archive: "node-api-headers-1.9.0.tgz",
  sha256: "6cbfac49542194ae2c8f1dee5fa2dc00d66bec9cbf3b59e3a4e5f16d14eb0d19",
};

/** The package whose addon is compiled anew. */
export const tfjsNode: {
  readonly specifier: string;
  readonly folder: string;
  readonly outdated: readonly string[];
} = {
  specifier: `@tensorflow/tfjs-node@${tensorflowVersions.tfjsNode}`,
  folder: "node_modules/@tensorflow/tfjs-node",
  /** Files that call what Node 23 removed (tensorflow/tfjs issue 8609). */
  outdated: ["dist/nodejs_kernel_backend.js", "dist/kernels/TopK.js"],
};
