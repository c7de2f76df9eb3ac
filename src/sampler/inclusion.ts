/** @file Inclusion: from the scores of a window's n rows to the probability with which each is among the K taken.
 *
 * Probabilities are integers of 2⁻²⁴ ("units"), so they sum to K without rounding and are exact as float32.
 */

/** Units of probability 1. */
export const certain: number = 2 ** 24;

/** K, rows taken of a window's n: max(1, ⌊keep·n + ½⌋). */
export const keptOf = (rows: number, keep: number): number => Math.max(1, Math.floor(keep * rows + 0.5));

/** K·2²⁴ units over n rows as evenly as integers allow: two neighbouring values, or one where n divides K·2²⁴. O(n). */
export const equalUnits = (rows: number, kept: number): Uint32Array => {
  const units = new Uint32Array(rows);
  const share = Math.floor((kept * certain) / rows);
  const remainder = kept * certain - share * rows;
  let carry = 0;
  for (let row = 0; row < rows; row++) {
    carry += remainder;
    const extra = carry >= rows ? 1 : 0;
    carry -= extra * rows;
    units[row] = share + extra;
  }
  return units;
};

/** Inclusion probabilities π_i = min(1, c·q_i) with q_i = (1−ε)·s_i/Σs + ε/n and c such that Σπ = K, as integers of 2⁻²⁴.
 *
 * 1. Fewer than K positive scores at ε = 0: those rows are certain, the others share what is left evenly; Σs = 0 is the extreme.
 * 2. Water-filling: cap what c·q_i carries past 1, raise c for the rest, until no row passes.
 * 3. Rows with π_i under one unit, yet not 0, get one unit; the rest is filled again.
 * 4. Rounding of cumulative sums, so that each row is within one unit of its π_i and Σ units = K·2²⁴ exactly.
 *
 * @param scores shape [n], finite and ≥ 0
 * @param kept   K, in 1 … n
 * @param epsilon floor: 0, or in [1e-12, 1]
 * @returns shape [n], each in 0 … 2²⁴; 0 only where s_i = 0 and ε = 0
 * O(n) a pass; about five passes on losses, a few dozen at worst. */
export const inclusionUnits = (scores: Float32Array, kept: number, epsilon: number): Uint32Array => {
  const rows = scores.length;
  let sum = 0;
  let positive = 0;
  for (let row = 0; row < rows; row++) {
    sum += scores[row]!;
    if (scores[row]! > 0) positive++;
  }
  if (epsilon === 0 && positive < kept) return certainPositives(scores, kept, positive);
  const slope = sum === 0 ? 0 : (1 - epsilon) / sum;
  const preference = new Float64Array(rows);
  for (let row = 0; row < rows; row++) preference[row] = slope * scores[row]! + epsilon / rows;
  const units = roundCumulatively(preference, fill(preference, kept));
  settle(units, kept);
  return units;
};

/** The rule for fewer than K positive scores without a floor. */
const certainPositives = (scores: Float32Array, kept: number, positive: number): Uint32Array => {
  const shared = equalUnits(scores.length - positive, kept - positive);
  let next = 0;
  return Uint32Array.from(scores, (score) => (score > 0 ? certain : shared[next++]!));
};

/** How the water stands: preferences from `capFrom` are certain, those under `floorBelow` get one unit (0 stays 0), and the
 * ones between, which sum to `rest`, divide `spare` units in proportion. */
interface Filling {
  readonly capFrom: number;
  readonly floorBelow: number;
  readonly rest: number;
  readonly spare: number;
}

/** Raises the floor until no row between it and the cap gets less than one unit. */
const fill = (preference: Float64Array, kept: number): Filling => {
  for (let floorBelow = 0; ;) {
    const filling = raise(preference, kept, floorBelow);
    const { rest, spare, capFrom } = filling;
    if (rest === 0) return filling;
    // A preference so small that it vanished from the sum of the others leaves nothing to spare for itself.
    const newFloor = spare > 0 ? Math.min(capFrom, rest / spare) : capFrom;
    if (!hasBetween(preference, floorBelow, newFloor)) return filling;
    floorBelow = newFloor;
  }
};

/** Newton's method on Σ min(2²⁴, c·q) = units to give, from below: the sum is concave in c, so c only rises and every pass but the
 * last caps one row at least. */
const raise = (preference: Float64Array, kept: number, floorBelow: number): Filling => {
  for (let capFrom = Infinity; ;) {
    let spare = kept * certain;
    let rest = 0;
    for (let row = 0; row < preference.length; row++) {
      const q = preference[row]!;
      if (q >= capFrom) spare -= certain;
      else if (q >= floorBelow) rest += q;
      else if (q > 0) spare--;
    }
    const nextCap = spare > 0 ? (rest / spare) * certain : capFrom;
    if (nextCap >= capFrom || rest === 0) return { capFrom, floorBelow, rest, spare };
    capFrom = nextCap;
  }
};

const hasBetween = (preference: Float64Array, from: number, below: number): boolean => {
  for (let row = 0; row < preference.length; row++) {
    const q = preference[row]!;
    if (q > 0 && q >= from && q < below) return true;
  }
  return false;
};

/** Row i between floor and cap gets ⌊spare·C_i/rest + ½⌋ less what those before it got, C_i the preferences summed up to it. */
const roundCumulatively = (preference: Float64Array, filling: Filling): Uint32Array => {
  const { capFrom, floorBelow, rest, spare } = filling;
  const units = new Uint32Array(preference.length);
  let sum = 0;
  let given = 0;
  for (let row = 0; row < units.length; row++) {
    const q = preference[row]!;
    if (q >= capFrom) units[row] = certain;
    else if (q < floorBelow || q === 0) units[row] = q > 0 ? 1 : 0;
    else {
      sum += q;
      const share = Math.floor(spare * (sum / rest) + 0.5) - given;
      units[row] = share < 1 ? 1 : share > certain ? certain : share;
      given += units[row]!;
    }
  }
  return units;
};

/** Puts right the few units by which float64 sums may miss K·2²⁴, at rows that can give or take them. */
const settle = (units: Uint32Array, kept: number): void => {
  let missing = kept * certain;
  for (let row = 0; row < units.length; row++) missing -= units[row]!;
  for (let row = units.length - 1; missing !== 0 && row >= 0; row--) {
    const own = units[row]!;
    if (own === 0) continue;
    const moved = Math.max(1 - own, Math.min(certain - own, missing));
    units[row] = own + moved;
    missing -= moved;
  }
};
