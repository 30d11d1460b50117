// The pages, in the order of a day's work: what happens now, who it is, what is sold and shown, how the engine does.
// The navigation and the palette read this list; a new page adds its route in App.tsx and its line here.
import { AttributionIcon, AuditIcon, BasketsIcon, CampaignsIcon, ChannelsIcon, DeliveryIcon, PathsIcon, RetentionIcon, CustomersIcon, DebuggerIcon, EngineIcon, ExperimentsIcon, FairnessIcon, GroupsIcon, ImportsIcon, ItemsIcon, JourneysIcon, LettersIcon, LiveIcon, FunnelsIcon, MembersIcon, MessagesIcon, MetricsIcon, ModelsIcon, OffersIcon, OverviewIcon, PlacementsIcon, PlanIcon, PredictionsIcon, PreviewIcon, PrivacyIcon, QualityIcon, SceneIcon, SegmentsIcon, SourcesIcon, StandingIcon, TagsIcon, TemplatesIcon } from '../shared/icons'

export interface Place {
  to: string
  key: 'overview' | 'live' | 'customers' | 'segments' | 'portraits' | 'tags' | 'standing' | 'predictions' | 'items' | 'placements' | 'offers' | 'preview' | 'models' | 'scene' | 'experiments' | 'fairness' | 'campaigns' | 'journeys' | 'messages' | 'templates' | 'channels' | 'delivery' | 'attribution' | 'metrics' | 'funnels' | 'retention' | 'paths' | 'baskets' | 'sources' | 'imports' | 'quality' | 'plan' | 'letters' | 'debugger' | 'privacy' | 'members' | 'audit' | 'system'
  Icon: typeof OverviewIcon
}

export const groups: readonly { key: 'today' | 'people' | 'goods' | 'reach' | 'analysis' | 'system'; places: readonly Place[] }[] = [
  {
    key: 'today',
    places: [
      { to: '/', key: 'overview', Icon: OverviewIcon },
      { to: '/live', key: 'live', Icon: LiveIcon },
    ],
  },
  {
    key: 'people',
    places: [
      { to: '/customers', key: 'customers', Icon: CustomersIcon },
      { to: '/segments', key: 'segments', Icon: SegmentsIcon },
      { to: '/tags', key: 'tags', Icon: TagsIcon },
      { to: '/groups', key: 'portraits', Icon: GroupsIcon },
      { to: '/standing', key: 'standing', Icon: StandingIcon },
      { to: '/predictions', key: 'predictions', Icon: PredictionsIcon },
    ],
  },
  {
    key: 'goods',
    places: [
      { to: '/items', key: 'items', Icon: ItemsIcon },
      { to: '/placements', key: 'placements', Icon: PlacementsIcon },
      { to: '/preview', key: 'preview', Icon: PreviewIcon },
      { to: '/offers', key: 'offers', Icon: OffersIcon },
      { to: '/models', key: 'models', Icon: ModelsIcon },
      { to: '/scene', key: 'scene', Icon: SceneIcon },
      { to: '/experiments', key: 'experiments', Icon: ExperimentsIcon },
      { to: '/fairness', key: 'fairness', Icon: FairnessIcon },
    ],
  },
  {
    key: 'reach',
    places: [
      { to: '/campaigns', key: 'campaigns', Icon: CampaignsIcon },
      { to: '/journeys', key: 'journeys', Icon: JourneysIcon },
      { to: '/messages', key: 'messages', Icon: MessagesIcon },
      { to: '/templates', key: 'templates', Icon: TemplatesIcon },
      { to: '/channels', key: 'channels', Icon: ChannelsIcon },
      { to: '/delivery', key: 'delivery', Icon: DeliveryIcon },
    ],
  },
  {
    key: 'analysis',
    places: [
      { to: '/measures' /* /metrics is what Prometheus reads */, key: 'metrics', Icon: MetricsIcon },
      { to: '/funnels', key: 'funnels', Icon: FunnelsIcon },
      { to: '/retention', key: 'retention', Icon: RetentionIcon },
      { to: '/paths', key: 'paths', Icon: PathsIcon },
      { to: '/baskets', key: 'baskets', Icon: BasketsIcon },
      { to: '/attribution', key: 'attribution', Icon: AttributionIcon },
    ],
  },
  {
    key: 'system',
    places: [
      { to: '/sources', key: 'sources', Icon: SourcesIcon },
      { to: '/imports', key: 'imports', Icon: ImportsIcon },
      { to: '/quality', key: 'quality', Icon: QualityIcon },
      { to: '/plan', key: 'plan', Icon: PlanIcon },
      { to: '/letters', key: 'letters', Icon: LettersIcon },
      { to: '/debugger', key: 'debugger', Icon: DebuggerIcon },
      { to: '/privacy', key: 'privacy', Icon: PrivacyIcon },
      { to: '/members', key: 'members', Icon: MembersIcon },
      { to: '/audit', key: 'audit', Icon: AuditIcon },
      { to: '/system', key: 'system', Icon: EngineIcon },
    ],
  },
]
