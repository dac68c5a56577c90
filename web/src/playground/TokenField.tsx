/** The field that takes the caller's token. */
import { type FormEvent, useState } from 'react';

interface Props {
  /** The token in use; empty without one. */
  kept: string;
  /** Called with what was typed, or with nothing to forget the token. */
  onKeep: (text: string) => void;
}

export function TokenField({ kept, onKeep }: Props) {
  const [typed, setTyped] = useState('');

  function submit(event: FormEvent) {
    event.preventDefault();
    onKeep(typed);
    setTyped('');
  }

  return (
    <form className="token" onSubmit={submit}>
      <span className="token-state" role="status">
        {kept ? `Token ${kept.slice(0, 8)}… in use` : 'No token'}
      </span>
      {kept ? (
        <button type="button" onClick={() => onKeep('')}>
          Forget
        </button>
      ) : (
        <>
          <input
            type="password"
            aria-label="Token"
            placeholder="pct_…"
            title="Sent with every request; kept by this tab only, until it is closed."
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <button type="submit" disabled={typed.trim() === ''}>
            Use
          </button>
        </>
      )}
    </form>
  );
}
