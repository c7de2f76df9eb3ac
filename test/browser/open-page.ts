/** @file A page in Chromium, cut off from every network, and what it does there. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";

/** Starts Debian's Chromium. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env["CW_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** A screen to look at the page on. */
export interface Screen extends BrowserContextOptions {
  readonly name: string;
  readonly media?: "print";
}

/** Screens that every page must do on. */
export const screens: readonly Screen[] = [
  { name: "light", viewport: { width: 1100, height: 900 }, colorScheme: "light" },
  { name: "dark", viewport: { width: 1100, height: 900 }, colorScheme: "dark" },
  { name: "phone", viewport: { width: 390, height: 844 }, colorScheme: "light" },
  { name: "phone-dark", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  { name: "print", viewport: { width: 794, height: 1123 }, media: "print" },
  { name: "without-scripts", viewport: { width: 1100, height: 900 }, javaScriptEnabled: false },
];

/** An opened page and what was noticed. */
export interface Opened {
  readonly page: Page;
  /** Milliseconds from the start of the navigation to the end of `load`, by the page's own clock; NaN without scripts. */
  readonly loadMs: number;
  /** Messages of the console, and errors that nobody caught. */
  readonly messages: readonly string[];
  /** Requests other than for the page itself; all were refused. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Opens a file on a screen. */
export const openPage = async (browser: Browser, path: string, screen: Screen): Promise<Opened> => {
  const { name: _, media, ...options } = screen;
  const context = await browser.newContext(options);
  const url = pathToFileURL(path).href;
  const messages: string[] = [];
  const requests: string[] = [];
  await context.route("**/*", (route) => {
    if (route.request().url() === url) return route.continue();
    requests.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  page.on("console", (message) => messages.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => messages.push(String(error)));
  if (media !== undefined) await page.emulateMedia({ media });
  await page.goto(url);
  const loadMs =
    options.javaScriptEnabled === false
      ? Number.NaN
      : Number(
          // The entry ends after `load` has been handled.
          await page.evaluate(
            `new Promise((done) => setTimeout(() => done(performance.getEntriesByType("navigation")[0].duration), 0))`,
          ),
        );
  return { page, loadMs, messages, requests, close: () => context.close() };
};

/** Faults that axe-core calls serious or critical, as text. */
export const seriousFaults = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  const { violations } = found as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
};

/** What stands out of the screen on the right, and by how many pixels the page can be scrolled sideways. */
export const overflowOf = (page: Page): Promise<{ pixels: number; elements: string[] }> =>
  page.evaluate(`(() => {
    const width = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > width + 1 && element.closest(".scroll, .unseen, .skip") === null,
    );
    return {
      pixels: document.documentElement.scrollWidth - width,
      elements: out.slice(0, 5).map((element) => element.outerHTML.slice(0, 160)),
    };
  })()`);

/** Keeps a picture of the whole page where CW_SCREENSHOTS says. */
export const keepScreenshot = async (page: Page, name: string): Promise<number> => {
  const picture = await page.screenshot({ fullPage: true });
  const folder = process.env["CW_SCREENSHOTS"];
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ fullPage: true, path: join(folder, `${name}.png`) });
  }
  return picture.byteLength;
};
