import type { DashboardWindowsQuery } from '../../../schema/generated/graphql.ts';

/** A window of usage, as the service gives it. */
export type UsageWindow = NonNullable<DashboardWindowsQuery['usage']>['windows'][number];

/** What a part of a bar stands for; its key is also its colour. */
export interface Category {
  readonly key: `report-${number}` | 'others' | 'text';
  readonly name: string;
  /** Null: the messages that have no report, or all the other reports. */
  readonly reportId: string | null;
}

/** A part of a bar: one report's usage, that of texts, or that of the other reports, each with its own figure. */
export interface Part {
  readonly category: Category;
  readonly figures: readonly PartFigure[];
  /** For its height alone. */
  readonly size: number;
}

/** An exact figure within a part. */
export interface PartFigure {
  readonly name: string;
  readonly creditsUsed: string;
  readonly messageCount: number;
}

/** The reports that get a colour of their own. */
export const namedReports = 4;

/** What bars are stacked of. @param byReport of the whole period, dearest first. */
export function categoriesOf(
  byReport: readonly { readonly report: { readonly id: string; readonly name: string } | null }[],
): readonly Category[] {
  const reports = byReport.flatMap(({ report }) => (report === null ? [] : report));
  const named = reports
    .slice(0, namedReports)
    .map(({ id, name }, index): Category => ({ key: `report-${index + 1}`, name, reportId: id }));
  const others: Category = { key: 'others', name: 'Other reports', reportId: null };
  const text: Category = { key: 'text', name: 'Priced from text', reportId: null };
  return [
    ...named,
    ...(reports.length > namedReports ? [others] : []),
    ...(byReport.some(({ report }) => report === null) ? [text] : []),
  ];
}

/** The parts of a bar, from the bottom up; those without usage are left out. */
export function partsOf({ byReport }: UsageWindow, categories: readonly Category[]): readonly Part[] {
  const named = new Map(categories.map((category) => [category.reportId, category]));
  const others = categories.find(({ key }) => key === 'others');
  const text = categories.find(({ key }) => key === 'text');
  const figures = byReport.map(({ report, totals }) => ({
    category: report === null ? text : (named.get(report.id) ?? others),
    figure: { name: report?.name ?? 'Priced from text', ...totals },
  }));
  return categories.flatMap((category) => {
    const own = figures.filter((entry) => entry.category === category).map(({ figure }) => figure);
    // Floats are good enough for the height of a bar, and for nothing else.
    const size = own.reduce((sum, { creditsUsed }) => sum + Number(creditsUsed), 0);
    return own.length === 0 ? [] : { category, figures: own, size };
  });
}
