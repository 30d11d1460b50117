// Rebuilds every view from the log and compares: the engine proves its own state.
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Button } from '../shared/Controls'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { CheckIcon, CrossIcon } from '../shared/icons'
import { Card, Failed } from '../shared/View'
import { useWords } from '../shared/words'
import { useViewName } from './useViewName'

/** Seconds since it began; the engine does not say how far it is. */
function useSeconds(running: boolean): number {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    if (!running) return
    const began = Date.now()
    setSeconds(0)
    const timer = setInterval(() => setSeconds((Date.now() - began) / 1000), 500)
    return () => clearInterval(timer)
  }, [running])
  return seconds
}

export function Check() {
  const { t, language } = useWords()
  const viewName = useViewName()
  const check = useMutation({
    mutationFn: async () => {
      const began = performance.now()
      const report = await call('post', '/api/v1/check')
      return { report, seconds: (performance.now() - began) / 1000 }
    },
  })
  const seconds = useSeconds(check.isPending)
  const done = check.data
  return (
    <Card id="check" title={t('system.check.title')}>
      <div className="check">
        <p className="check-text">{t('system.check.text')}</p>
        <Button kind="primary" loading={check.isPending} onClick={() => check.mutate()}>{t('system.check.start')}</Button>
        <div role="status">
          {check.isPending && (
            <div className="check-running">
              <span className="bar bar-moving" aria-hidden="true"><i /></span>
              {t('system.check.running')} · {t('system.check.seconds', { span: format.duration(seconds, language) })}
            </div>
          )}
          {done !== undefined && !check.isPending && (
            <p className={done.report.equal ? 'check-result check-equal' : 'check-result check-different'}>
              {done.report.equal ? <CheckIcon size={16} /> : <CrossIcon size={16} />}
              <b>{done.report.equal ? t('system.check.equal') : t('system.check.different')}</b>
              <span className="less">{t('system.check.took', { span: format.milliseconds(done.seconds * 1000, language) })}</span>
            </p>
          )}
        </div>
        {done !== undefined && !done.report.equal && <p>{done.report.why} {t('system.check.next')}</p>}
      </div>
      {check.isError && <Failed error={check.error} />}
      {done !== undefined && !check.isPending && (
        <div className="table-wrap" role="group" aria-label={t('system.check.title')} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('system.check.view')}</th>
                <th scope="col" className="number">{t('system.check.entries')}</th>
                <th scope="col" className="number">{t('system.check.differ')}</th>
              </tr>
            </thead>
            <tbody>
              {done.report.views.map((one) => (
                <tr key={one.view}>
                  <th scope="row">
                    {viewName(one.view)}
                    {one.first !== undefined && <span className="check-first">{t('system.check.first')}: <code>{one.first}</code></span>}
                  </th>
                  <td className="number">{format.count(one.entries, language)}</td>
                  <td className={one.different > 0 ? 'number check-bad' : 'number less'}>{format.count(one.different, language)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  )
}
