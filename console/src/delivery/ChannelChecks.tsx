// Which channels a rule is about; none chosen: all of them.
import { useWords } from '../shared/words'
import { channels, type Channel } from './draft'

export function ChannelChecks({ label, hint, chosen, onChange }: { label: string; hint: string; chosen: Channel[]; onChange: (chosen: Channel[]) => void }) {
  const { t } = useWords()
  return (
    <div className="delivery-channels" role="group" aria-label={label}>
      <span className="field-name">{label}</span>
      <span className="delivery-checks">
        {channels.map((one) => (
          <label key={one}><input type="checkbox" checked={chosen.includes(one)} onChange={(event) => onChange(channels.filter((each) => (each === one ? event.target.checked : chosen.includes(each))))} /> {t(`consents.channels.${one}`)}</label>
        ))}
      </span>
      <span className="field-hint">{hint}</span>
    </div>
  )
}
