/** Style sheet of the HTML report: light, dark and print. Charts bring their own classes (svg_theme.ts). */
import { CHART_CSS, THEME_CSS } from '../svg/svg_theme.ts';

const PAGE = `
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
header,main,footer{max-width:924px;margin:0 auto;padding:0 32px}
header{padding-top:40px}
.brand{margin:0 0 10px;font-weight:700;letter-spacing:.01em;color:var(--c1)}
.brand span{font-weight:400;color:var(--muted)}
h1{margin:0 0 8px;font-size:31px;line-height:1.2;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{margin:0 0 14px;font-size:20px;line-height:1.3;letter-spacing:-.005em}
h3{margin:28px 0 8px;font-size:16px}
.lead{margin:0 0 16px;font-size:17px;color:var(--muted);max-width:68ch;overflow-wrap:anywhere}
section,main>details{margin:44px 0 0}
.facts{display:flex;flex-wrap:wrap;gap:6px 28px;margin:18px 0 0;padding:12px 0;border-top:1px solid var(--grid);border-bottom:1px solid var(--grid);font-size:14px}
.facts div{display:flex;gap:8px;min-width:0}.facts dt{color:var(--muted);white-space:nowrap}.facts dd{margin:0;overflow-wrap:anywhere}
.warning{margin:24px 0 0;padding:12px 16px;border-left:4px solid var(--unsure);background:var(--panel)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:14px;margin-top:28px}
.tile{padding:14px 16px;background:var(--panel);border-radius:8px}
.tile p{margin:0}.tile-name{font-size:13px;color:var(--muted)}.tile-value{margin:2px 0!important;font-size:19px;font-weight:650;line-height:1.3;letter-spacing:-.01em}.tile-note{font-size:13px;color:var(--muted)}
.why{padding:22px 26px;overflow-wrap:anywhere;background:var(--panel);border-left:4px solid var(--c2);border-radius:0 8px 8px 0}
.why h2{margin-bottom:8px}.why .cause{margin:0 0 14px;font-size:17px;max-width:72ch;overflow-wrap:anywhere}
.why p{margin:0 0 10px;max-width:76ch}.why .list-title{margin-bottom:2px}.why ul{margin:0;padding-left:20px;max-width:76ch}.why li{margin:3px 0}
figure{margin:0 0 26px}
figcaption{margin:4px 0 0 2px;font-size:13.5px;color:var(--muted);max-width:88ch}
.wide{overflow-x:auto}
.wide svg{display:block;width:100%;min-width:640px;height:auto}
.broad svg,.narrow svg{display:block;width:100%;height:auto}.narrow{display:none}
.ports{display:grid;grid-template-columns:repeat(auto-fit,minmax(154px,1fr));gap:10px 12px;margin:12px 0 8px}.ports figure{margin:0}.port-map{display:block;width:100%;height:auto;background:var(--panel);outline:1px solid var(--grid)}
.port-legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:0;font-size:13.5px}
.note{margin:-6px 0 12px;font-size:14px;color:var(--muted)}
.swatch{display:inline-block;width:22px;height:12px;margin-right:4px;vertical-align:-1px;background:var(--shade);border:1px solid var(--grid)}
table{border-collapse:collapse;font-size:14.5px;width:100%}
th,td{padding:6px 14px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid);overflow-wrap:anywhere}
thead th{font-weight:500;font-size:13px;color:var(--muted);vertical-align:bottom;white-space:nowrap;overflow-wrap:normal}
tbody th{font-weight:500}
th:last-child,td:last-child{padding-right:0}
.number{text-align:right;white-space:nowrap}
code,pre,kbd{font-family:ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace;font-size:.9em}
.tally{margin-left:6px;font-size:14px;font-weight:500}
.pass .sign,.tally.pass{color:var(--good)}.fail .sign,.tally.fail{color:var(--bad)}.unknown .sign,.tally.unknown{color:var(--unsure)}
.sign{font-weight:600;white-space:nowrap}
.classes th[scope=row]{white-space:nowrap}.classes .bar{width:46%;padding-right:0;vertical-align:middle}
.bar span{display:block;height:12px;border-radius:2px;background:var(--c6)}
.facts-table th{white-space:normal;width:30%;color:var(--muted);font-weight:500}
.sysctls tr.default{color:var(--muted)}.sysctls tr.set{font-weight:600}
details{font-size:15px}summary{cursor:pointer;color:var(--muted)}details[open] summary{margin-bottom:10px}
.data pre,.command{margin:0;padding:14px 16px;background:var(--panel);border-radius:8px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
.data pre{font-size:13px;line-height:1.45;max-height:32em;overflow-y:auto}
footer{margin-top:52px;padding-top:26px;padding-bottom:56px;border-top:1px solid var(--grid)}
footer p{margin:12px 0 0;font-size:13.5px;color:var(--muted);max-width:88ch}
@media screen and (max-width:680px){.broad{display:none}.narrow{display:block}}
@media (max-width:600px){header,main,footer{padding-left:18px;padding-right:18px}h1{font-size:25px}.why{padding:16px 18px}.classes .bar{display:none}}
@media print{@page{margin:14mm}body{font-size:10.5pt}header,main,footer{max-width:none;padding-left:0;padding-right:0}header{padding-top:0}.tiles{grid-template-columns:repeat(4,1fr)}.tile-value{font-size:17px}
section.tiles,figure,.tile,tr{break-inside:avoid}h2,h3{break-after:avoid}.wide{overflow:visible}.wide svg{min-width:0}details.data{display:none}
details::details-content{content-visibility:visible;block-size:auto}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;

export const HTML_STYLE = `${THEME_CSS}${CHART_CSS}${PAGE.replaceAll('\n', '')}`;
