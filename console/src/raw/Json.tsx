// A value as JSON, in colours, to read and to copy.
import { useMemo } from 'react'
import { CopyButton } from './CopyButton'
import { jsonLines, jsonText } from './json'
import './raw.css'

export function Json({ value, what }: { value: unknown; what: string }) {
  const lines = useMemo(() => jsonLines(value), [value])
  return (
    <div className="json">
      <div className="json-head">
        <span>{what}</span>
        <CopyButton named text={jsonText(value)} what={what} />
      </div>
      <pre className="json-text" role="group" aria-label={what} tabIndex={0}>
        {lines.map(({ depth, pieces }, at) => (
          <span key={at} className="json-line" style={{ paddingInlineStart: `${depth * 2 + 2}ch`, textIndent: '-2ch' }}>
            {pieces.map((piece, n) => (
              <span key={n} className={`json-${piece.kind}`}>{piece.text}</span>
            ))}
            {'\n'}
          </span>
        ))}
      </pre>
    </div>
  )
}

/** What was sent, when it may not be JSON. */
export function RawText({ text, what }: { text: string; what: string }) {
  return (
    <div className="json">
      <div className="json-head">
        <span>{what}</span>
        <CopyButton named text={text} what={what} />
      </div>
      <pre className="json-text" role="group" aria-label={what} tabIndex={0}>{text}</pre>
    </div>
  )
}
