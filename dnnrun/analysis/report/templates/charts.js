// The curves: a chart for each chosen metric, of the runs that are ticked and not filtered out.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  if (data.runs.length === 0) return;

  const COLOURS = 7; // --series-0 and so on
  const SYMBOLS = ["circle", "square", "triangle-up", "diamond", "cross", "x", "star"];
  const MOST_MARKED = 60; // lines of more epochs have no markers
  const MOST_IN_ONE_HOVER = 12; // lines; of more, the nearest alone is told
  const VALIDATION = "val_";
  // The buttons are named one by one: by itself Plotly adds one that uploads the chart to its maker.
  const SETTINGS = {
    displaylogo: false,
    showSendToCloud: false,
    plotlyServerURL: "",
    modeBarButtons: [["toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
  };

  const place = document.getElementById("charts");
  const legend = document.getElementById("legend");
  const along = document.getElementById("along");
  const logarithmic = document.getElementById("logarithmic");
  const training = document.getElementById("training");
  const metricBoxes = [...document.querySelectorAll("#metrics input")];
  const runBoxes = new Map();
  const swatches = new Map();
  let unfiltered = new Set(data.runs.map((run) => run.id));
  const slots = new Array(COLOURS).fill(null); // which run has each colour
  training.checked = data.runs.length <= 5;

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  for (const run of data.runs) {
    const box = element("input", { type: "checkbox", checked: true, value: run.id });
    const swatch = element("span", { className: "swatch" });
    swatch.setAttribute("aria-hidden", "true");
    const words = element("span", {}, run.name, " ", element("small", { textContent: run.label }));
    runBoxes.set(run.id, box);
    swatches.set(run.id, swatch);
    box.addEventListener("change", draw);
    legend.append(element("label", {}, box, swatch, words));
  }

  const cssColour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const isShown = (run) => unfiltered.has(run.id) && runBoxes.get(run.id).checked;
  const text = (value) => (value === null || value === undefined ? "-" : String(value));

  // A run keeps its colour for as long as it is shown; the first of the others take those that are free.
  function giveColours(shown) {
    const ids = new Set(shown.map((run) => run.id));
    slots.forEach((id, slot) => {
      if (!ids.has(id)) slots[slot] = null;
    });
    for (const run of shown) {
      if (slots.includes(run.id)) continue;
      const free = slots.indexOf(null);
      if (free < 0) break;
      slots[free] = run.id;
    }
    for (const [id, swatch] of swatches) {
      const slot = slots.indexOf(id);
      const colour = slot >= 0 ? `--series-${slot}` : "--others";
      swatch.textContent = !ids.has(id) ? "" : slot >= 0 ? "●▲■◆✚✖★"[[0, 2, 1, 3, 4, 5, 6][slot]] : "—";
      swatch.style.color = `var(${colour})`;
    }
  }

  // The lines of a metric that a run has: on validation rows, else on training rows, which are dotted where both are.
  function linesOf(run, metric) {
    const onTraining = run.values[metric];
    const onValidation = run.values[VALIDATION + metric];
    const lines = [];
    if (onValidation) lines.push({ values: onValidation, dash: "solid", of: VALIDATION + metric });
    if (onTraining && (!onValidation || training.checked)) {
      lines.push({ values: onTraining, dash: onValidation ? "dot" : "solid", of: metric });
    }
    return lines;
  }

  function colouredTraces(run, metric, slot) {
    return linesOf(run, metric).map((line) => ({
      x: run[along.value],
      y: line.values,
      name: `${run.name} ${line.of}`,
      mode: run.epochs.length > MOST_MARKED ? "lines" : "lines+markers",
      line: { color: cssColour(`--series-${slot}`), dash: line.dash, width: line.dash === "dot" ? 1.2 : 2 },
      marker: { symbol: SYMBOLS[slot], size: line.dash === "dot" ? 4 : 6 },
      hovertemplate: `%{y:.5~g} %{fullData.name}${run.label ? `<br>${escaped(run.label)}` : ""}<extra></extra>`,
    }));
  }

  // A star where the run was best by its own lights, on the line of the rows that it is judged by.
  function bestTrace(run, metric, slot) {
    const [line] = linesOf(run, metric);
    const index = run.epochs.indexOf(run.best);
    if (!line || index < 0) return [];
    return [{
      x: [run[along.value][index]],
      y: [line.values[index]],
      mode: "markers",
      marker: { symbol: "star-open", size: 14, color: cssColour(`--series-${slot}`), line: { width: 1.5 } },
      hoverinfo: "skip",
    }];
  }

  // Plotly reads some HTML in its labels.
  function escaped(words) {
    return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("%{", "% {");
  }

  // All other runs are one trace with gaps: two hundred traces of their own take seconds to draw.
  function othersTrace(runs, metric) {
    const trace = { x: [], y: [], text: [] };
    for (const run of runs) {
      const [line] = linesOf(run, metric);
      if (!line) continue;
      trace.x.push(...run[along.value], null);
      trace.y.push(...line.values, null);
      trace.text.push(...run.epochs.map(() => escaped(run.name)), "");
    }
    return {
      ...trace,
      mode: "lines",
      line: { color: cssColour("--others"), width: 1 },
      hovertemplate: "%{y:.5~g} %{text}<extra></extra>",
    };
  }

  function tracesOf(shown, metric) {
    const coloured = shown.filter((run) => slots.includes(run.id));
    const others = shown.filter((run) => !slots.includes(run.id));
    const traces = coloured
      .flatMap((run) => {
        const slot = slots.indexOf(run.id);
        return [...bestTrace(run, metric, slot), ...colouredTraces(run, metric, slot)];
      })
      .reverse();
    return others.length ? [othersTrace(others, metric), ...traces] : traces; // the best lie on top
  }

  function layoutOf(traces, metric) {
    const isShort = traces.every((trace) => trace.x.every((epoch) => epoch <= 10)); // else half epochs are marked
    const axis = { gridcolor: cssColour("--line"), zerolinecolor: cssColour("--line"), automargin: true };
    const inSeconds = along.value === "elapsed";
    return {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: cssColour("--text"), family: "system-ui, sans-serif" },
      margin: { l: 55, r: 15, t: 10, b: 45 },
      showlegend: false,
      ...(traces.length <= MOST_IN_ONE_HOVER ? { hovermode: "x unified", hoverdistance: -1 } : { hovermode: "closest" }),
      modebar: { bgcolor: "rgba(0,0,0,0)", color: cssColour("--faint"), activecolor: cssColour("--text") },
      hoverlabel: { namelength: -1, bgcolor: cssColour("--raised"), font: { color: cssColour("--text") } },
      xaxis: { ...axis, title: { text: inSeconds ? "seconds of training" : "epoch" }, hoverformat: inSeconds ? ".4~g" : "d", ...(isShort && !inSeconds ? { dtick: 1 } : {}) },
      yaxis: { ...axis, type: logarithmic.checked ? "log" : "linear", exponentformat: "power" },
      uirevision: `${metric} ${along.value} ${logarithmic.checked}`, // a zoom outlives the ticking of runs
    };
  }

  function bestOf(shown, metric) {
    const sign = metric.direction === "max" ? -1 : 1;
    let best = null;
    for (const run of shown) {
      const [line] = linesOf(run, metric.name);
      line?.values.forEach((value, index) => {
        if (value !== null && (best === null || sign * value < sign * best.value)) {
          best = { value, name: run.name, epoch: run.epochs[index] };
        }
      });
    }
    return best;
  }

  function describe(shown, metric) {
    const having = shown.filter((run) => linesOf(run, metric.name).length > 0);
    const best = bestOf(having, metric);
    const most = metric.direction === "max" ? "highest" : "lowest";
    const words = `${metric.name} of ${having.length} run${having.length === 1 ? "" : "s"} by ${along.value}`;
    return best ? `${words}; ${most}: ${best.value} of ${best.name} in epoch ${best.epoch}` : words;
  }

  // The same numbers for those who cannot see the chart, made when they are asked for.
  function numbersTable(shown, metric) {
    const lines = shown
      .filter((run) => slots.includes(run.id))
      .flatMap((run) => linesOf(run, metric).map((line) => ({ run, ...line })));
    const head = element("tr", {}, element("th", { scope: "col", textContent: "epoch" }));
    for (const line of lines) head.append(element("th", { scope: "col", textContent: `${line.run.name} ${line.of}` }));
    const epochs = [...new Set(lines.flatMap((line) => line.run.epochs))].sort((first, second) => first - second);
    const rows = epochs.map((epoch) => {
      const row = element("tr", {}, element("th", { scope: "row", textContent: epoch }));
      for (const line of lines) {
        row.append(element("td", { className: "right", textContent: text(line.values[line.run.epochs.indexOf(epoch)]) }));
      }
      return row;
    });
    const caption = element("caption", { textContent: `${metric} of the coloured runs` });
    return element("table", {}, caption, element("thead", {}, head), element("tbody", {}, ...rows));
  }

  function makePanel(metric) {
    const chart = element("div", { className: "chart" });
    chart.setAttribute("role", "img");
    const numbers = element("details", {}, element("summary", { textContent: "the numbers" }));
    const holder = element("div", { className: "numbers scroll", tabIndex: 0 });
    holder.setAttribute("role", "region");
    holder.setAttribute("aria-label", `${metric.name} in numbers`);
    numbers.append(holder);
    const panel = { chart, figure: element("figure", {}, element("figcaption", { textContent: metric.name }), chart, numbers) };
    panel.fill = () => holder.replaceChildren(...(numbers.open ? [numbersTable(data.runs.filter(isShown), metric.name)] : []));
    numbers.addEventListener("toggle", panel.fill);
    new ResizeObserver(() => {
      if (chart.isConnected && chart.data) Plotly.Plots.resize(chart);
    }).observe(chart);
    return panel;
  }

  const panels = new Map(data.metrics.map((metric) => [metric.name, makePanel(metric)]));

  function draw() {
    const shown = data.runs.filter(isShown);
    giveColours(shown);
    const wanted = new Set(metricBoxes.filter((box) => box.checked).map((box) => box.value));
    const chosen = data.metrics.filter((metric) => wanted.has(metric.name));
    // All are put in place before any is drawn: a chart takes the size that it then has.
    const figures = chosen.map((metric) => panels.get(metric.name).figure);
    if (figures.length !== place.children.length) place.replaceChildren(...figures);
    for (const metric of chosen) {
      const panel = panels.get(metric.name);
      const traces = tracesOf(shown, metric.name);
      Plotly.react(panel.chart, traces, layoutOf(traces, metric.name), SETTINGS);
      panel.chart.setAttribute("aria-label", describe(shown, metric));
      panel.fill();
    }
    document.getElementById("curves-status").textContent = `${shown.length} of ${data.runs.length} runs drawn`;
  }

  function tickAll(isTicked) {
    for (const run of data.runs) {
      if (unfiltered.has(run.id)) runBoxes.get(run.id).checked = isTicked;
    }
    draw();
  }

  document.getElementById("all-runs").addEventListener("click", () => tickAll(true));
  document.getElementById("no-runs").addEventListener("click", () => tickAll(false));
  for (const control of [...metricBoxes, along, logarithmic, training]) control.addEventListener("change", draw);
  document.addEventListener("runs-filtered", (event) => {
    unfiltered = event.detail;
    for (const [id, box] of runBoxes) box.closest("label").hidden = !unfiltered.has(id);
    draw();
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
})();
