/// The style sheet of every page: light, dark and print.
enum PageStyle {
  /// Series differ in lightness and in their marks too, not in hue alone (after Okabe and Ito's palette).
  static let text = """
    :root { --ink: #1b1f24; --soft: #57606a; --page: #ffffff; --panel: #f4f6f8; --rule: #c9d1d9;
      --pass: #17653a; --warn: #8a5a00; --fail: #b42318; --heat: 0, 114, 178;
      --s0: #0072b2; --s1: #b34b00; --s2: #00755a; --s3: #a3447c; --s4: #6b5e00; --s5: #1f6f8b;
      --s6: #7a3db8; --s7: #444c56; color-scheme: light dark; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa5b1; --page: #0e1116;
      --panel: #171c23; --rule: #3a434e; --pass: #58c286; --warn: #e3b341; --fail: #ff8f85;
      --heat: 86, 180, 233; --s0: #56b4e9; --s1: #f0955a; --s2: #35c9a3; --s3: #e59ac6; --s4: #e6d95c;
      --s5: #7cc7de; --s6: #c9a2f2; --s7: #aab4bf; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 1.5rem; max-width: 72rem; color: var(--ink); background: var(--page);
      font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
    h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.25rem; margin: 2rem 0 .75rem; }
    h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
    a { color: var(--s0); } :focus-visible { outline: 3px solid var(--s0); outline-offset: 2px; }
    .skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: 1rem;
      background: var(--page); padding: .5rem; }
    nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 1rem 0;
      padding: .5rem 0; border-block: 1px solid var(--rule); }
    code, .id { font-family: ui-monospace, monospace; font-size: .92em; }
    .soft { color: var(--soft); } .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    caption { text-align: left; color: var(--soft); padding: .25rem 0; }
    th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; overflow-wrap: break-word;
      border-bottom: 1px solid var(--rule); } thead th { border-bottom: 2px solid var(--rule); }
    .number { text-align: right; white-space: nowrap; } tr[hidden] { display: none; }
    thead .number { white-space: normal; }
    table[id] > tbody > tr > th { overflow-wrap: anywhere; min-width: 14rem; }
    .search { display: flex; gap: .75rem; align-items: baseline; margin: .5rem 0; }
    .search input { font: inherit; color: inherit; background: var(--panel); width: min(24rem, 100%);
      border: 1px solid var(--rule); border-radius: 4px; padding: .25rem .5rem; }
    .badge { font-weight: 600; white-space: nowrap; } .pass { color: var(--pass); }
    .warn { color: var(--warn); } .fail { color: var(--fail); } .unknown { color: var(--soft); }
    .lead { font-size: 1.15rem; padding: .75rem 1rem; background: var(--panel);
      border-left: .35rem solid currentColor; } .lead > * { color: var(--ink); }
    .lead > .badge { color: inherit; }
    figure { margin: 1rem 0; } figcaption { font-weight: 600; margin-bottom: .25rem; }
    .charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(28rem, 100%), 1fr)); }
    svg { max-width: 100%; height: auto; display: block; } svg text { fill: var(--ink);
      font: 12px system-ui, sans-serif; } svg .axis { stroke: var(--soft); fill: none; }
    svg .grid { stroke: var(--rule); stroke-width: .6; } svg .reference { stroke: var(--ink);
      stroke-width: 1.4; stroke-dasharray: 2 4; fill: none; }
    svg .line { fill: none; stroke-width: 2; stroke: currentColor; }
    svg .dashed { stroke-dasharray: 6 4; }
    svg .band { fill: currentColor; opacity: .16; stroke: none; } svg .mark { fill: currentColor; }
    svg .interval { stroke: var(--ink); stroke-width: 1.4; } svg .bar { fill: currentColor; opacity: .75; }
    .history .lanes { position: relative; padding: 0; } .history .lanes svg { position: absolute;
      top: 0; left: 0; height: 100%; max-width: none; }
    svg .edge { fill: none; stroke: var(--soft); stroke-width: 1.6; }
    .s0 { color: var(--s0); } .s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); }
    .s4 { color: var(--s4); } .s5 { color: var(--s5); } .s6 { color: var(--s6); } .s7 { color: var(--s7); }
    .legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: .25rem 0;
      padding: 0; font-size: .9rem; } .legend svg { display: inline-block; vertical-align: middle;
      margin-right: .35rem; } .legend span { color: var(--ink); }
    .heat td { text-align: right; background: rgba(var(--heat), calc(var(--share) * .6)); }
    .history > tbody > tr > td { overflow-wrap: anywhere; } .history .scroll { contain: inline-size; }
    .history td { vertical-align: middle; } .history .lanes { width: 1%; border: 0; line-height: 0; }
    details { margin: .25rem 0; } summary { cursor: pointer; color: var(--soft); font-size: .9rem; }
    @media print { :root { --ink: #000; --soft: #333; --page: #fff; --panel: #fff; --rule: #bbb;
      --pass: #17653a; --warn: #8a5a00; --fail: #b42318; --heat: 0, 114, 178;
      --s0: #0072b2; --s1: #b34b00; --s2: #00755a; --s3: #a3447c; --s4: #6b5e00; --s5: #1f6f8b;
      --s6: #7a3db8; --s7: #444c56; }
      nav, .skip, .search { display: none; } figure, tr { break-inside: avoid; }
      .history > tbody > tr { break-inside: auto; } summary { font-size: inherit; }
      details > * { display: revert; }
      details::details-content { content-visibility: visible; block-size: auto; }
      body { max-width: none; padding: 0; font-size: 10pt; }
      .scroll { overflow: visible; } table { font-size: 7.5pt; } th, td { padding: .15rem .3rem; }
      td.number { white-space: normal; } .charts { grid-template-columns: 1fr 1fr; } }

    """
}
