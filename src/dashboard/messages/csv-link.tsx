import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { credentialHeaders, readCredential } from '../data/credential.ts';
import { csvAddress, type TimeRange } from '../url/list-query.ts';
import { useNavigation } from '../url/use-view.ts';

/** The CSV of exactly what the table lists, all its pages together. */
export function CsvLink({
  periodId,
  range,
}: {
  readonly periodId: string;
  readonly range: TimeRange | null;
}): JSX.Element {
  const { view } = useNavigation();
  const [fault, setFault] = useState<string | null>(null);
  const address = csvAddress(periodId, view, range);

  /** A plain link carries no credential, so that the page fetches the file itself where one is needed. */
  async function download(): Promise<void> {
    try {
      const response = await fetch(address, { headers: credentialHeaders() });
      setFault(response.ok ? null : `There is no CSV at the moment (${response.status})`);
      if (response.ok) save(await response.blob(), `usage-period-${periodId}.csv`);
    } catch {
      setFault('The service does not answer');
    }
  }

  return (
    <>
      <a
        class="button"
        href={address}
        download={`usage-period-${periodId}.csv`}
        onClick={(event) => {
          if (readCredential() === null) return;
          event.preventDefault();
          void download();
        }}
      >
        CSV
      </a>
      {fault !== null && (
        <span class="field-fault" role="alert">
          {fault}
        </span>
      )}
    </>
  );
}

function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
