// Small line icons, drawn for this console; each is decoration beside a name, never the name itself.
import type { ReactNode } from 'react'

function icon(body: ReactNode) {
  return function Icon({ size = 18 }: { size?: number }) {
    return (
      <svg width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
        {body}
      </svg>
    )
  }
}

export const OverviewIcon = icon(<path d="M3 16.5h14M5 13.5V10M9 13.5V4M13 13.5V7.5M17 13.5v-2" />)
export const CustomersIcon = icon(
  <>
    <circle cx="8" cy="7" r="3" />
    <path d="M2.8 16.5c.5-3 2.5-4.5 5.2-4.5s4.7 1.5 5.2 4.5M13 4.3a3 3 0 0 1 0 5.4M15.2 12.5c1.2.700 1.9 2 2.2 4" />
  </>,
)
export const SegmentsIcon = icon(
  <>
    <circle cx="7.5" cy="10" r="5" />
    <circle cx="12.5" cy="10" r="5" />
  </>,
)
export const TagsIcon = icon(<path d="M3 3.5h7l7 7-6.5 6.5-7.5-7.5zM6.8 7.3v.1" />)
export const PrivacyIcon = icon(<path d="M10 2.8 16 5v4.500c0 4-2.500 6.500-6 7.700-3.500-1.200-6-3.700-6-7.700V5zM7.500 10l2 2 3-3.500" />)
export const ModelsIcon = icon(<path d="M3 17h14M4 17v-5h4v5M8 17V5h4v12M12 17V9h4v8" />)
export const SceneIcon = icon(<path d="M10 3v2M4.500 5l1.500 1.500M3 10.500h2M15.500 5 14 6.500M17 10.500h-2M6.500 10.500a3.500 3.500 0 0 1 7 0M3 13.500h14M5.500 16.500h9" />)
export const PredictionsIcon = icon(<path d="M3 17V3M3 17h14M6 13l4-4 2.5 2.5L17 6M13.5 6H17v3.5" />)
export const GroupsIcon = icon(<path d="M3 5h8M3 10h13M3 15h5M10 3v14" />)
export const StandingIcon = icon(<path d="M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6zM12.5 15.5l3-3" />)
export const MetricsIcon = icon(<path d="M3 16.5h14M4 12.5l3.5-4 3 2.5L16 4.5M12.5 4.5H16V8" />)
export const FunnelsIcon = icon(<path d="M3 4h14l-5.5 6.5V16l-3-1.5v-4z" />)
export const RetentionIcon = icon(<path d="M3 3h4v4H3zM3 8.5h4v4H3zM3 14h4v3H3zM8.5 3h4v4h-4zM8.5 8.5h4v4h-4zM14 3h3v4h-3z" />)
export const PathsIcon = icon(<path d="M3 5h3c5 0 5 10 11 10M3 15h3c2 0 3.2-1.6 4.3-3.6M12 7.2C13.2 5.8 14.7 5 17 5" />)
export const BasketsIcon = icon(<path d="M3 8h14l-1.5 8.5h-11zM6.5 8 9 3.500M13.5 8 11 3.500" />)
export const AttributionIcon = icon(<path d="M3 4h4v4H3zM3 12h4v4H3zM13 8h4v4h-4zM7 6h3v4h3M7 14h3v-4" />)
export const PauseIcon = icon(<path d="M7 4.5v11M13 4.5v11" />)
export const PlayIcon = icon(<path d="M6.5 4.5v11l9-5.5z" />)
export const SunIcon = icon(
  <>
    <circle cx="10" cy="10" r="3.2" />
    <path d="M10 2.5v1.6M10 15.9v1.6M2.5 10h1.6M15.9 10h1.6M4.7 4.7l1.1 1.1M14.2 14.2l1.1 1.1M4.7 15.3l1.1-1.1M14.2 5.8l1.1-1.1" />
  </>,
)
export const MoonIcon = icon(<path d="M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z" />)
export const SystemIcon = icon(
  <>
    <rect x="2.5" y="4" width="15" height="9.5" rx="1.5" />
    <path d="M7 16.5h6" />
  </>,
)
export const SignOutIcon = icon(<path d="M8 3.5H4.5v13H8M12.5 6.5 16 10l-3.5 3.5M16 10H8" />)
export const SearchIcon = icon(
  <>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 3.5 3.5" />
  </>,
)
export const TableIcon = icon(<path d="M3 4.5h14v11H3zM3 8.5h14M8 8.5v7" />)
export const ChartIcon = icon(<path d="m3 13.5 4-4.5 3.5 3L17 5.5M3 16.5h14" />)
export const CheckIcon = icon(<path d="m4.5 10.5 3.5 3.5 7.5-8" />)
export const CrossIcon = icon(<path d="m5.5 5.5 9 9M14.5 5.5l-9 9" />)
export const BackIcon = icon(<path d="M12 4.5 6.5 10l5.5 5.5" />)
export const ChevronIcon = icon(<path d="m8 5 5 5-5 5" />)
export const EmptyIcon = icon(<path d="M3 11.5 5.2 5h9.6l2.2 6.5v4H3zM3 11.5h4l1 1.8h4l1-1.8h4" />)
export const AlertIcon = icon(<path d="M10 3 2.5 16.5h15zM10 8.2v3.6M10 14.2v.1" />)

export const LiveIcon = icon(<path d="M2.5 10.5h3.2L8 4.5l4 11 2.3-5h3.2" />)
export const ItemsIcon = icon(<path d="M10 2.8 16.5 6v8L10 17.2 3.5 14V6zM3.7 6.2 10 9.4l6.3-3.2M10 9.4v7.6" />)
export const OffersIcon = icon(<path d="M3 6h14v3a1.500 1.500 0 0 0 0 3v3H3v-3a1.500 1.500 0 0 0 0-3zM12 6v9" />)
export const ChannelsIcon = icon(<path d="M3 10h5M8 10l3-5h6M8 10l3 5h6M8 10h9M15 3l2 2-2 2M15 8l2 2-2 2M15 13l2 2-2 2" />)
export const DeliveryIcon = icon(<path d="M15.500 12.500A6.500 6.500 0 0 1 7.500 4.500 6.500 6.500 0 1 0 15.500 12.500zM12.500 3.500h3l-3 4h3" />)
export const CampaignsIcon = icon(<path d="M3 8.500v3l2.500.500L7 16h2l-1-3.500 8 3v-11l-10 3.500zM16 8.500a1.800 1.800 0 0 1 0 3" />)
export const JourneysIcon = icon(<path d="M7 4.500h6M10 4.500v4M10 8.500H5.500v4M10 8.500h4.500v4M3.500 12.500h4v3.500h-4zM12.500 12.500h4v3.500h-4z" />)
export const WaitIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M10 6v4l2.700 2" />
  </>,
)
export const BranchIcon = icon(<path d="M10 3v5M10 8c0 3-5 2-5 6v3M10 8c0 3 5 2 5 6v3M3 15l2 2 2-2M13 15l2 2 2-2" />)
export const SplitIcon = icon(<path d="M3.500 6h3c4 0 4 8 8 8h2M3.500 14h3c1.500 0 2.400-1.100 3.200-2.500M10.700 8.500C11.500 7.100 12.500 6 14.500 6h2M14.500 4l2 2-2 2M14.500 12l2 2-2 2" />)
export const ExitIcon = icon(<path d="M5 17V3.500M5 4h10l-2 3.500 2 3.500H5" />)
export const EnterIcon = icon(<path d="M9 4h7v12H9M3 10h9M9 7l3 3-3 3" />)
export const TemplatesIcon = icon(<path d="M4.500 3h7l4 4v10h-11zM11.500 3v4h4M7 10.500h6M7 13.500h4" />)
export const MessagesIcon = icon(<path d="M3 4.500h14v9H9l-4 3v-3H3zM6.500 8h7M6.500 10.500h4" />)
export const PlacementsIcon = icon(<path d="M3 4h14v12H3zM3 8h14M6 11h3v2.500H6zM11.500 11H14v2.500h-2.500z" />)
export const PreviewIcon = icon(
  <>
    <path d="M2.2 10S5 5 10 5s7.8 5 7.8 5S15 15 10 15s-7.8-5-7.8-5z" />
    <circle cx="10" cy="10" r="2.2" />
  </>,
)
export const ExperimentsIcon = icon(<path d="M7.5 3h5M8.5 3v5L4 15.4c-.5.9 0 1.6 1 1.6h10c1 0 1.5-.7 1-1.6L11.5 8V3M6.4 12h7.2" />)
export const EngineIcon = icon(
  <>
    <rect x="3" y="3.5" width="14" height="5.5" rx="1.5" />
    <rect x="3" y="11" width="14" height="5.5" rx="1.5" />
    <path d="M6.2 6.25v.1M6.2 13.75v.1" />
  </>,
)
export const FairnessIcon = icon(<path d="M10 3.5v13M6.5 16.5h7M4 6h12M4 6l-2 5.5h4zM16 6l-2 5.5h4z" />)
export const AuditIcon = icon(<path d="M5 3h7l3 3v5M5 3v14h4M7.5 7.5h4M7.5 10.5h2M12.5 16.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM14.4 15.9l2.1 2.1" />)
export const SourcesIcon = icon(<path d="M4 4.5h4v4H4zM4 11.5h4v4H4zM8 6.5h3.5v7H8M11.5 10H17M14.5 7.5 17 10l-2.5 2.5" />)
export const ImportsIcon = icon(<path d="M10 3v9M6.5 8.5 10 12l3.5-3.5M3.5 12.5v4h13v-4" />)
export const QualityIcon = icon(<path d="M10 2.8 16.5 5v5c0 3.6-2.7 6-6.5 7.2C6.2 16 3.5 13.6 3.5 10V5zM7 10l2.2 2.2L13.2 8" />)
export const PlanIcon = icon(<path d="M4.5 3.5h11v13h-11zM7.5 7.5h5M7.5 10.5h5M7.5 13.5h3" />)
export const LettersIcon = icon(<path d="M3 5h14v10H3zM3 6l7 5 7-5" />)
export const DebuggerIcon = icon(<path d="M7 7.5a3 3 0 0 1 6 0M6 8.5h8v4a4 4 0 0 1-8 0zM10 8.5v8M2.8 7l3 2.2M17.2 7l-3 2.2M2.5 12H6M14 12h3.5M3.3 16.8l3-2.4M16.7 16.8l-3-2.4" />)
export const MembersIcon = icon(<path d="M7.5 9.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6M2.5 16.5c0-3 2.2-4.8 5-4.8s5 1.8 5 4.8M14.2 9.2a2.3 2.3 0 1 0-1.4-4.3M14 11.9c2.1.2 3.5 1.8 3.5 4.1" />)
export const MenuIcon = icon(<path d="M3 5.5h14M3 10h14M3 14.5h14" />)
export const HelpIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M7.9 8.2a2.1 2.1 0 1 1 3.2 1.8c-.7.45-1.1.85-1.1 1.6M10 13.8v.1" />
  </>,
)
export const InfoIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M10 9.2v4.3M10 6.5v.1" />
  </>,
)
export const TourIcon = icon(<path d="M10 2.8 12 8l5.2 2-5.2 2-2 5.2L8 12l-5.2-2L8 8z" />)
export const LanguageIcon = icon(<path d="M2.8 5.5h8.4M7 3.5v2M9.3 5.5c-.8 3-3 5.6-6 7M4.8 8.2c1.2 1.9 2.8 3.3 5 4.3M10.3 16.5l3.3-8 3.3 8M11.4 14h4.4" />)
export const UpIcon = icon(<path d="M10 16V4.5M5.5 9 10 4.5 14.5 9" />)
export const DownIcon = icon(<path d="M10 4v11.5M5.5 11 10 15.5 14.5 11" />)
export const SameIcon = icon(<path d="M4 10h12" />)

export function BrandMark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--brand)" />
      <circle cx="16" cy="16" r="8.5" fill="none" stroke="#fff" strokeWidth="2" strokeDasharray="38 15.4" strokeLinecap="round" transform="rotate(-18 16 16)" />
      <circle cx="16" cy="16" r="3" fill="#fff" />
      <circle cx="24" cy="8" r="2.2" fill="#f2b84b" />
    </svg>
  )
}
