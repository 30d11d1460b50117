// The drawing library, with only the parts the charts use. This file is loaded when the first chart comes into sight,
// never with the page: it weighs as much as everything else together.
import { BarChart, LineChart } from 'echarts/charts'
import { AxisPointerComponent, GridComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([LineChart, BarChart, GridComponent, AxisPointerComponent, SVGRenderer])

export { init }
export type { ECharts } from 'echarts/core'
