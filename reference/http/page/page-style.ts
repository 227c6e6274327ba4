/** Of the status page. Fonts are those of the machine: nothing is loaded. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --back: #f6f7f9; --card: #fff; --text: #1c2430; --faint: #5b6675; --line: #dfe3e8; --good: #12733f; --good-back: #e2f4ea; --bad: #b3261e; --bad-back: #fce8e6; --warn: #8a5a00; --warn-back: #fdf1d8; }
@media (prefers-color-scheme: dark) { :root { --back: #14181f; --card: #1c222b; --text: #e6eaf0; --faint: #9aa6b5; --line: #2f3843; --good: #6fd39b; --good-back: #173526; --bad: #ff9a90; --bad-back: #43201d; --warn: #f0c266; --warn-back: #3d3014; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
main, header { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; padding-top: 1.25rem; padding-bottom: 1rem; }
h1 { font-size: 1.25rem; margin: 0; }
h2 { font-size: 1rem; margin: 0; padding: .8rem 1rem .6rem; }
.badge { padding: .1rem .6rem; border-radius: 1rem; font-weight: 600; font-size: .85rem; }
.good { color: var(--good); background: var(--good-back); }
.bad { color: var(--bad); background: var(--bad-back); }
.warn { color: var(--warn); background: var(--warn-back); }
.faint { color: var(--faint); }
#live { margin-left: auto; font-size: .85rem; }
section, .card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; margin-bottom: 1rem; overflow-x: auto; }
#figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin-bottom: 1rem; }
#figures .card { margin: 0; padding: .7rem 1rem; }
#figures b { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums; line-height: 1.2; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem 1rem; border-top: 1px solid var(--line); vertical-align: top; }
th { font-size: .8rem; font-weight: 600; color: var(--faint); white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.stamp { white-space: nowrap; }
td.wide { overflow-wrap: anywhere; min-width: 14rem; }
p.none { margin: 0; padding: .2rem 1rem .9rem; color: var(--faint); }
form { padding: 0 1rem 1rem; display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
input, button { font: inherit; color: inherit; padding: .35rem .6rem; border: 1px solid var(--line); border-radius: .35rem; background: var(--back); }
input { width: 22rem; max-width: 100%; }
button { cursor: pointer; }
[hidden] { display: none !important; }
`
