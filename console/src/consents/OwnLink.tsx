// A link to the customer's own page, for a person who answers him: made on a press, shown once, to be copied.
import { useMutation } from '@tanstack/react-query'
import { Copyable } from '../raw/CopyButton'
import { call } from '../shared/client'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'

export function OwnLink({ id }: { id: string }) {
  const { t, language } = useWords()
  const errorText = useErrorText()
  const make = useMutation({ mutationFn: () => call('post', '/api/v1/customers/{id}/link', { path: { id }, body: { purpose: 'preferences' } }) })
  return (
    <div className="own-link">
      <Button loading={make.isPending} onClick={() => make.mutate()}>{t('consents.link.make')}</Button>
      {make.error !== null && <p className="segment-warn" role="alert">{errorText(make.error)}</p>}
      {make.data !== undefined && (
        <div role="status">
          <Copyable text={`${window.location.origin}${make.data.path}`} what={t('consents.link.what')} />
          <p className="less">{t('consents.link.until', { until: format.date(make.data.until, language, 'day') })}</p>
        </div>
      )}
    </div>
  )
}
