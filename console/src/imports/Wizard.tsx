// From a file to an import: choose it, see what it is, say what each column means, import, look at what became of it.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Button, TextInput } from '../shared/Controls'
import { call, CallError, type Schema } from '../shared/client'
import { Field } from '../shared/Fields'
import * as format from '../shared/format'
import { Card, Failed, Loading, useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { formats, sendFile, shareOf, tables, type Upload } from './imports'
import { Mapping } from './Mapping'
import { Progress } from './Progress'

const SIZE_MAX = 4 * 1024 ** 3

type Options = Schema<'UploadOptions'>

function ChooseFile({ onFile, source, onSource, failed }: { onFile: (file: File) => void; source: string; onSource: (name: string) => void; failed?: string }) {
  const { t } = useWords()
  const input = useRef<HTMLInputElement>(null)
  const [size, setSize] = useState<string>()
  return (
    <div className="import-step">
      <p>{t('imports.choose.text')}</p>
      <div className="import-settings">
        <Field label={t('imports.choose.source')} hint={t('imports.choose.sourceHint')}>
          <TextInput value={source} onText={onSource} maxLength={100} autoComplete="off" spellCheck={false} />
        </Field>
      </div>
      <input
        ref={input}
        type="file"
        className="import-file"
        id="import-file"
        aria-label={t('imports.choose.file')}
        accept=".csv,.tsv,.txt,.jsonl,.ndjson,.json,.xml,.gz,.zst"
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file === undefined) return
          if (file.size === 0 || file.size > SIZE_MAX) setSize(t(file.size === 0 ? 'imports.choose.blank' : 'imports.choose.large'))
          else onFile(file)
        }}
      />
      {(failed ?? size) !== undefined && <p className="import-failed" role="alert">{failed ?? size}</p>}
      <div className="import-do import-do-start">
        <Button kind="primary" onClick={() => input.current?.click()}>{t('imports.choose.button')}</Button>
      </div>
    </div>
  )
}

function Done({ upload, onAgain }: { upload: Upload; onAgain: () => void }) {
  const { t, language } = useWords()
  const counts = ['lines', 'accepted', 'duplicate', 'rejected'] as const
  return (
    <div className="import-step" aria-live="polite">
      <h3 className="import-sub">{t(upload.state === 'done' ? 'imports.done.title' : 'imports.done.stopped')}</h3>
      <dl className="import-counts">
        {counts.map((one) => (
          <div key={one}>
            <dt>{t(`imports.counts.${one}`)}</dt>
            <dd>{format.count(upload[one] ?? 0, language)}</dd>
          </div>
        ))}
      </dl>
      {(upload.resumedLines ?? 0) > 0 && <p>{t('imports.done.resumed', { lines: format.count(upload.resumedLines ?? 0, language) })}</p>}
      {upload.firstReject !== undefined && <p className="less">{t('imports.done.first', { reason: upload.firstReject })}</p>}
      {upload.detail !== undefined && <p className="import-failed" role="alert">{upload.detail}</p>}
      <div className="import-do">
        {upload.hasRejects === true && <a className="link-button" href={`/api/v1/uploads/${encodeURIComponent(upload.id)}/rejects`} download="rejects.csv">{t('imports.done.rejects')}</a>}
        <Button kind="primary" onClick={onAgain}>{t('imports.done.again')}</Button>
      </div>
    </div>
  )
}

export function Wizard() {
  const { t, language } = useWords()
  const client = useQueryClient()
  const errorText = useErrorText()
  const [source, setSource] = useState('')
  const [upload, setUpload] = useState<Upload>()
  const [sent, setSent] = useState(0)
  const [options, setOptions] = useState<Options>({})
  const [stage, setStage] = useState<'choose' | 'sending' | 'map' | 'work'>('choose')
  const stop = useRef<AbortController>(undefined)
  useEffect(() => () => stop.current?.abort(), [])

  const send = useMutation({
    mutationFn: async (file: File) => {
      stop.current = new AbortController()
      const begun = await call('post', '/api/v1/uploads', { body: { name: file.name, bytes: file.size }, signal: stop.current.signal })
      setUpload(begun)
      setSent(0)
      setStage('sending')
      return sendFile(file, begun, setSent, stop.current.signal)
    },
    onSuccess: (whole) => { setUpload(whole); setOptions({}); setStage('map') },
    onError: () => setStage('choose'),
  })
  const preview = useQuery({
    queryKey: ['upload', upload?.id, 'preview', options],
    queryFn: ({ signal }) => call('post', '/api/v1/uploads/{id}/preview', { path: { id: upload?.id ?? '' }, body: options, signal }),
    enabled: stage === 'map' && upload !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  })
  const work = useQuery({
    queryKey: ['upload', upload?.id, 'work'],
    queryFn: ({ signal }) => call('get', '/api/v1/uploads/{id}', { path: { id: upload?.id ?? '' }, signal }),
    enabled: stage === 'work' && upload !== undefined,
    refetchInterval: (query) => (query.state.data?.state === 'done' || query.state.data?.state === 'stopped' ? false : 700),
    gcTime: 0,
  })
  const start = useMutation({
    mutationFn: (body: Options) => call('post', '/api/v1/uploads/{id}/import', { path: { id: upload?.id ?? '' }, body }),
    onSuccess: () => setStage('work'),
  })
  const over = work.data?.state === 'done' || work.data?.state === 'stopped'
  useEffect(() => {
    if (stage === 'work') void client.invalidateQueries({ queryKey: ['imports'] })
  }, [client, stage, over])

  const again = () => {
    stop.current?.abort()
    if (upload !== undefined) void call('delete', '/api/v1/uploads/{id}', { path: { id: upload.id } }).catch(() => undefined) // it goes by itself in an hour
    setUpload(undefined)
    setStage('choose')
    send.reset()
    start.reset()
  }
  const failedText = (error: unknown) => (error instanceof CallError && error.detail !== undefined && error.status !== 401 ? error.detail : errorText(error))
  // What was chosen counts at once: a second choice before the answer to the first keeps the first.
  const known = preview.data !== undefined && preview.isPlaceholderData && options.map !== undefined ? { ...preview.data, map: options.map } : preview.data
  return (
    <Card id="import-new" title={t('imports.new')} note={upload === undefined ? undefined : `${upload.name} · ${format.bytes(upload.bytes, language)}`}>
      <ol className="import-steps" aria-label={t('imports.stepsLabel')}>
        {(['choose', 'map', 'work'] as const).map((one, at) => {
          const now = one === stage || (one === 'choose' && stage === 'sending')
          return <li key={one} aria-current={now ? 'step' : undefined} className={now ? 'import-now' : undefined}><span>{at + 1}</span>{t(`imports.steps.${one}`)}</li>
        })}
      </ol>
      {stage === 'choose' && <ChooseFile source={source} onSource={setSource} onFile={(file) => send.mutate(file)} {...(send.isError ? { failed: failedText(send.error) } : {})} />}
      {stage === 'sending' && upload !== undefined && (
        <div className="import-step">
          <Progress label={t('imports.sending')} share={shareOf(sent, upload.bytes)} note={`${format.bytes(sent, language)} / ${format.bytes(upload.bytes, language)}`} />
          <div className="import-do"><Button onClick={again}>{t('imports.cancel')}</Button></div>
        </div>
      )}
      {stage === 'map' && known === undefined && (preview.isError ? <Failed error={preview.error} retry={() => void preview.refetch()} /> : <Loading lines={8} />)}
      {stage === 'map' && known !== undefined && (
        <Mapping
          preview={known}
          format={known.format}
          formats={formats}
          busy={preview.isFetching}
          onFormat={(one) => setOptions(tables.includes(one) || one === 'shopify-csv' ? { format: one, ...(known.map.currency === undefined ? {} : { currency: known.map.currency }) } : { format: one })}
          onMap={(map) => setOptions({ format: known.format, map })}
          onImport={() => start.mutate({ format: known.format, ...(tables.includes(known.format) || known.format === 'shopify-csv' ? { map: known.map } : {}), ...(source.trim() === '' ? {} : { source: source.trim() }) })}
          onCancel={again}
          importing={start.isPending}
          {...(start.isError ? { failed: failedText(start.error) } : preview.isError ? { failed: failedText(preview.error) } : {})}
        />
      )}
      {stage === 'work' && !over && (
        <div className="import-step">
          {work.isError && <p className="import-failed" role="alert">{errorText(work.error)}</p>}
          <Progress label={t('imports.working')} share={shareOf(work.data?.doneBytes, work.data?.totalBytes)} note={t('imports.workingLines', { lines: format.count(work.data?.lines ?? 0, language) })} />
          <p className="less">{t('imports.workingText')}</p>
        </div>
      )}
      {stage === 'work' && over && work.data !== undefined && <Done upload={work.data} onAgain={again} />}
    </Card>
  )
}
