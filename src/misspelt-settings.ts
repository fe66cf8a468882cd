/** Names that look like ours and belong to other programs. */
const foreignNames: ReadonlySet<string> = new Set(['FTP_PROXY', 'ALL_PROXY']);
const units = ['_MS', '_S', '_BYTES', '_URL', '_FILE'];

/** A name that is no setting, and the setting that it looks like. */
export interface MisspeltSetting {
  readonly name: string;
  readonly meant: string;
}

/** Finds names that look like a setting's, but are none. Letter case is a mistake too. */
export function findMisspeltSettings(
  names: readonly string[],
  settings: readonly string[],
): readonly MisspeltSetting[] {
  const known = new Set(settings);
  return names.flatMap((name) => {
    const upper = name.toUpperCase();
    if (known.has(name) || foreignNames.has(upper) || (known.has(upper) && upper.endsWith('_PROXY')))
      return [];
    const meant = settings.find((setting) => looksLike(upper, setting));
    return meant === undefined ? [] : [{ name, meant }];
  });
}

function looksLike(name: string, setting: string): boolean {
  if (units.some((unit) => name + unit === setting)) return true;
  // Of a short name, two letters are half of it: HOME is not HOST.
  const maxEdits = setting.length < 8 ? 1 : 2;
  return Math.abs(name.length - setting.length) <= maxEdits && countEdits(name, setting) <= maxEdits;
}

/** How many letters were added, left out, replaced or swapped with their neighbour: the restricted Damerau distance. */
function countEdits(one: string, other: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last.at(-1) ?? 0;
}
