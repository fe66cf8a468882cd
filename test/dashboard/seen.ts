import type { Locator, Page } from 'playwright-core';

/** The headline's figures. */
export function headline(page: Page): Locator {
  return page.getByRole('region', { name: 'This period' });
}

/** The links of the chart, from left to right. */
export function bars(page: Page): Locator {
  return page.getByRole('group', { name: /^Credits by/ }).getByRole('link');
}

/** The names of all bars, once they are of a unit. */
export async function barNames(page: Page, unit: string): Promise<readonly string[]> {
  await page.getByRole('group', { name: `Credits by ${unit}` }).waitFor();
  return bars(page).evaluateAll((links) => links.map((link) => link.getAttribute('aria-label') ?? ''));
}

/** The row of a message. */
export function row(page: Page, id: string | number): Locator {
  return page
    .getByRole('row')
    .filter({ has: page.getByRole('button', { name: `Receipt of message ${id}`, exact: true }) });
}

/** The ids of the rows, from the top down. */
export async function rowIds(page: Page): Promise<readonly string[]> {
  return page.locator('.row-button').allInnerTexts();
}

/** What the list comes to, such as "346.70 credits in 22 messages". */
export function sums(page: Page): Locator {
  return page.locator('.sums');
}

/** Waits until what the table shows answers what was asked. */
export async function settled(page: Page): Promise<void> {
  await page.locator('.messages[aria-busy="false"]').waitFor();
}

/** Goes by Tab alone to what has this name. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press('Tab');
    const found: unknown = await page.evaluate(focusedName);
    if (typeof found === 'string' && (typeof name === 'string' ? found === name : name.test(found))) return;
  }
  throw new Error(`Tab never came to ${String(name)}`);
}

const focusedName = `(() => {
  const focused = document.activeElement;
  const named = focused?.getAttribute('aria-label') ?? focused?.labels?.[0]?.innerText ?? focused?.textContent ?? '';
  return named.trim().replace(/\\s+/g, ' ');
})()`;
