import { mkdtempSync, rmSync, statSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { hiddenCharacters } from "../../src/study/hidden-characters.ts";
import { reportOn } from "../../src/study/report/report.ts";
import { quickFiles } from "../support/ledger-on-disk.ts";
import {
  fallingPipeline,
  fallingTrainer,
  millionPipeline,
  recordFalling,
  writeHostileCorpus,
} from "../support/report-runs.ts";
import { writeSmallCorpus } from "../support/small-corpus.ts";
import { keepScreenshot, openPage, overflowOf, screens, seriousFaults, startBrowser } from "./open-page.ts";

let folder: string;
let browser: Browser;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-browser-"));
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs of each page. */
const pages: Readonly<Record<string, (at: string) => Promise<string[]>>> = {
  million: async (at) => [await recordFalling(join(at, "a-million"), millionPipeline)],
  "hostile-texts": async (at) => {
    const manifest = await writeHostileCorpus(join(at, "texts"));
    return [await recordFalling(join(at, `<b onclick="x">run & "co"`), fallingPipeline(manifest))];
  },
  "fifty-domains": async (at) => {
    const rows = Array.from({ length: 50 }, (_, domain) => 8 + domain);
    const { manifestPath } = await writeSmallCorpus(join(at, "corpus"), { rows });
    return [
      await recordFalling(
        join(at, "fifty-domains"),
        fallingPipeline(manifestPath, { steps: 200, training: { batchSize: 32 } }),
      ),
    ];
  },
  "one-step": async (at) => {
    const { manifestPath } = await writeSmallCorpus(join(at, "corpus"), { rows: [24] });
    return [await recordFalling(join(at, "one-step"), fallingPipeline(manifestPath, { steps: 1 }))];
  },
  "masked-without-evaluation-and-corpus": async (at) => {
    const { manifestPath } = await writeSmallCorpus(join(at, "corpus"));
    const pipeline = fallingPipeline(manifestPath, { weighing: { strategy: "linupper", nonFinite: "mask" } });
    const dir = await recordFalling(join(at, "masked"), pipeline, fallingTrainer(false, true));
    unlinkSync(manifestPath);
    return [dir];
  },
  "three-runs": async (at) => {
    const { manifestPath } = await writeSmallCorpus(join(at, "corpus"), { rows: [80, 48] });
    const dirs = [];
    for (const [strategy, batchSize] of [
      ["uniform", 8],
      ["linupper", 8],
      ["a-name-that-goes-on-for-much-longer-than-others-do", 16],
    ] as const)
      dirs.push(
        await recordFalling(
          join(at, strategy),
          fallingPipeline(manifestPath, {
            training: { batchSize },
            weighing: { strategy: strategy === "uniform" ? "uniform" : "linupper" },
          }),
        ),
      );
    return dirs;
  },
  "eight-runs": async (at) => {
    const { manifestPath } = await writeSmallCorpus(join(at, "corpus"));
    const dirs = [];
    for (let run = 0; run < 8; run++)
      dirs.push(
        await recordFalling(
          join(at, `run-${run}`),
          fallingPipeline(manifestPath, { seed: run, steps: 40 + run }),
        ),
      );
    return dirs;
  },
};

const made = new Map<string, string>();
/** Makes a page once. @returns its path */
const pageOf = async (name: string): Promise<string> => {
  const known = made.get(name);
  if (known !== undefined) return known;
  const folders = await pages[name]!(join(folder, name));
  const path = join(folder, `${name}.html`);
  await quickFiles.publish(path, await reportOn(quickFiles, { folders }));
  made.set(name, path);
  return path;
};

/** Pages that are looked at on every screen; the others in the light and on a phone in the dark. */
const thorough = ["million", "hostile-texts", "three-runs"];
const cases = Object.keys(pages).flatMap((name) =>
  screens
    .filter((screen) => thorough.includes(name) || ["light", "phone-dark"].includes(screen.name))
    .map((screen) => ({ name, on: screen.name, screen })),
);

describe("the page", () => {
  it.each(cases)("of $name is whole on $on", async ({ name, screen }) => {
    const opened = await openPage(browser, await pageOf(name), screen);
    const { page, loadMs, messages, requests } = opened;
    try {
      expect(await page.title()).toContain("counterweight report");
      expect(await page.locator("figure").count()).toBeGreaterThan(8);
      expect(await keepScreenshot(page, `${name}-${screen.name}`)).toBeGreaterThan(10_000);
      expect(requests).toEqual([]);
      expect(messages).toEqual([]);
      if (screen.javaScriptEnabled === false) return;
      expect(loadMs).toBeLessThan(2000);
      if (screen.media !== "print") expect(await overflowOf(page)).toEqual({ pixels: 0, elements: [] });
      expect(await page.evaluate("window.broken")).toBeUndefined();
      expect(await seriousFaults(page)).toEqual([]);
    } finally {
      await opened.close();
    }
  });
});

describe("a report", () => {
  it("is small enough to be sent around, with a million observations behind it", async () => {
    expect(statSync(await pageOf("million")).size).toBeLessThan(1_500_000);
    expect(statSync(await pageOf("eight-runs")).size).toBeLessThan(4_000_000);
  });

  it("shows hostile texts as text, and turns no reading direction", async () => {
    const opened = await openPage(browser, await pageOf("hostile-texts"), screens[0]!);
    const { page } = opened;
    const texts = (await page.locator("pre").allTextContents()).join("\n");
    expect(texts).toContain("<script>window.broken = true</script>");
    expect(texts).toContain("\\u{202e}");
    expect(texts.replaceAll(/[\n\t]/g, "").search(hiddenCharacters)).toBe(-1);
    expect(await page.locator("pre script, pre img, pre iframe, h1 b").count()).toBe(0);
    expect(await page.locator("h1").textContent()).toBe(`<b onclick="x">run & "co"`);
    await opened.close();
  });

  it("can be read by keyboard: a way past the head, and every scrolling part in the order of the page", async () => {
    const opened = await openPage(browser, await pageOf("hostile-texts"), screens[0]!);
    const { page } = opened;
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
    const stops = new Set<string>();
    for (let press = 0; press < 60; press++) {
      await page.keyboard.press("Tab");
      stops.add(String(await page.evaluate("document.activeElement.tagName")));
    }
    expect([...stops]).toEqual(expect.arrayContaining(["SUMMARY", "A", "PRE"]));
    expect(
      await page.evaluate(`[...document.querySelectorAll("*")].filter((element) =>
        element.scrollHeight > element.clientHeight + 1 && getComputedStyle(element).overflowY === "auto" && element.tabIndex < 0
      ).length`),
    ).toBe(0);
    await opened.close();
  });
});
