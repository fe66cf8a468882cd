import type { JSX } from 'preact';
import { useId, useMemo, useState } from 'preact/hooks';

import { readTimeZone } from '../url/address.ts';
import { useNavigation } from '../url/use-view.ts';

/** The zone whose clock and days the page goes by: any that IANA names. */
export function ZonePicker({ timeZone }: { readonly timeZone: string }): JSX.Element {
  const { view, go } = useNavigation();
  const [wrong, setWrong] = useState<string | null>(null);
  const id = useId();
  const names = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone')], []);

  function choose(input: HTMLInputElement): void {
    const chosen = names.find((name) => name.toLowerCase() === input.value.trim().toLowerCase());
    const zone = chosen ?? readTimeZone(input.value.trim());
    setWrong(zone === null ? input.value : null);
    if (zone === null) return;
    input.value = zone;
    // The same hour and the same cursor mean the same in every zone; days do not.
    if (zone !== timeZone) go({ ...view, timeZone: zone });
  }

  return (
    <div class="zone-picker">
      <label htmlFor={`${id}-zone`}>Time zone</label>
      <input
        id={`${id}-zone`}
        list={`${id}-zones`}
        key={timeZone}
        defaultValue={timeZone}
        spellcheck={false}
        autocomplete="off"
        aria-invalid={wrong !== null}
        aria-describedby={wrong === null ? undefined : `${id}-wrong`}
        onFocus={({ currentTarget }) => currentTarget.select()}
        onChange={({ currentTarget }) => choose(currentTarget)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') choose(event.currentTarget);
        }}
      />
      <datalist id={`${id}-zones`}>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </datalist>
      {wrong !== null && (
        <p class="field-fault" id={`${id}-wrong`} role="alert">
          “{wrong.slice(0, 40)}” is no time zone. Try one such as Europe/Berlin.
        </p>
      )}
    </div>
  );
}
