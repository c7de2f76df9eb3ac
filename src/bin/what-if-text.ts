/** @file The answer of a what-if as a person reads it: both ways side by side, and what it cannot tell. */
import type { Choice } from "../study/what-if/choice-tally.ts";
import type { WhatIf } from "../study/what-if/what-if.ts";
import { percent } from "../study/quantities.ts";
import { textTable } from "./text-table.ts";

const lines: readonly (readonly [string, (choice: Choice) => string])[] = [
  ["ESS", ({ ess }) => ess.toFixed(2)],
  ["M·w_max, mean", ({ maxWeightTimesSize }) => maxWeightTimesSize.toFixed(2)],
  ["M·w_max, largest", ({ largestWeightTimesSize }) => largestWeightTimesSize.toFixed(2)],
  ["gamma, nats", ({ gamma }) => gamma.toFixed(4)],
  ["rho", ({ rho }) => rho.toFixed(4)],
  ["KL from uniform, nats", ({ klFromUniform }) => klFromUniform.toFixed(4)],
];

const table = ({ domains, recorded, other }: WhatIf): string =>
  textTable([
    ["mean over steps", "the run", "what if"],
    ...lines.map(([name, of]) => [name, of(recorded), of(other)]),
    ...domains.map((name, domain) => [
      `${name}: share of rows, of weight`,
      ...[recorded, other].map(({ domains: shares }) => {
        const { rowShare, weightShare } = shares[domain]!;
        return `${percent(rowShare)}, ${percent(weightShare)}`;
      }),
    ]),
  ]);

const sameRows = ({ movedWeight }: WhatIf): string =>
  `the same rows weighed anew: ${percent(movedWeight!)} of a batch's weight would have lain on other rows of it\n`;

const otherRows = ({ overlap, losses }: WhatIf): string => {
  const { draws, sameStep, instances } = overlap!;
  const { recorded, other, both } = instances;
  return [
    `drawn: ${other} different instances where the run drew ${recorded}, ${both} in common; ${percent(sameStep / draws)} of the draws at the same step`,
    `losses: ${percent(losses.recorded / draws)} recorded at that very step; for ${percent(losses.earlier / draws)} the instance's last one before stands in, older and so mostly higher, for ${percent(losses.mean / draws)}, never drawn before, the step's mean`,
    ...(2 * losses.recorded < draws
      ? ["most losses are stand-ins: trust the shares of rows, and hardly ESS, M·w_max, gamma, rho and KL"]
      : []),
    "",
  ].join("\n");
};

const limits =
  "These are the losses of the run as it was. Other draws or weights would have trained another model, whose losses nobody\n" +
  "recorded: this says what would have been chosen, not what would have been learnt. To know that, train both.\n";

/** The table, the overlap, and the limits. */
export const whatIfText = (answer: WhatIf): string =>
  [
    `${answer.steps} steps under another choice, on the losses that the run recorded\n`,
    table(answer),
    answer.overlap === null ? sameRows(answer) : otherRows(answer),
    `\n${limits}`,
  ].join("");
