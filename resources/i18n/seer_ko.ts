<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko">
<context>
    <name>Actions</name>
    <message>
        <source>Redo “{step}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo “{step}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CalibratePage</name>
    <message>
        <source>Run profile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{tokens} tokens · {domains} domains</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not run yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No profile yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The options changed since the last run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose experts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sequences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heat map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to calibrate yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model: then it reads texts of your choice while the studio counts which experts each layer uses.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was profiled yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the profile: the model reads the texts at the left, and this map fills with how often each layer chooses each of its experts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{tokens} tokens in {sequences} sequences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{metric} by layer and expert, {tokens} tokens read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add texts at the left to see the sequences that the model will read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Packing the texts…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{what}. Try: {remedy}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CellMenu</name>
    <message>
        <source>Keep all of {layers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop all of {layers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swap kept and dropped in {layers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply the rule to {layers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the pattern of L{layer}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste the pattern into {layers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the whole map</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CostStrip</name>
    <message>
        <source>Experts kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loads in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>uniform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ragged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bundled loader</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CoverageChart</name>
    <message>
        <source>Coverage by number of experts kept, best first (drag the line)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} kept carry {share:.1f} %</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DomainsPanel</name>
    <message>
        <source>Every token alike</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longer domains weigh more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every domain alike</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights that make up for different numbers of tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which texts count for the scores</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{used} of {all}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all, weighted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight of {domain}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>Unlock {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop protecting {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lock {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>L{layer} · {expert} is locked: press L to unlock it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>L{layer} · {expert} is a protected super-expert: press L to free it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep all of {layers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop all of {layers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pattern of L{layer} copied: Ctrl+V pastes it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the pattern of L{layer} to {layers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Protect {count} super-experts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep L{layer} · {expert}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop L{layer} · {expert}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep {count} experts in {layers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop {count} experts in {layers}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ErrorDialog</name>
    <message>
        <source>Try: {remedy}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide details</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EvaluatePage</name>
    <message>
        <source>Quick check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>perplexity {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>plan changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan changed since it was measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was measured yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use the plan of “{name}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied the command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By domain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each measured variant becomes a point: a quick check adds one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality against size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to compare yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model and choose experts; then a quick check masks the dropped ones, measures perplexity by domain and writes nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bundled held-out texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{names} · {tokens} tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>current plan</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExpertCard</name>
    <message>
        <source>{state} · rank {rank} of {experts}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>L{layer} · expert {expert}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>never chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} · {share} · gate {gate:.2f} · norm {norm:.2f}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens routed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean gate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output norm</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExpertsModel</name>
    <message>
        <source>locked, kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>locked, dropped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>protected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dropped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>never chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expert</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Score</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rank</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean gate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output norm</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExportForm</name>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare every byte</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With the source, before the folder appears under its name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verify</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Options</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name a new folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This folder is not empty: name a new one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is a file: name a folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is inside the model&apos;s own folder: name one beside it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new folder; nothing appears in it until everything is written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs {need}, {free} free on this disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export into</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExportPage</name>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan changed since it was exported.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was exported yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same on the command line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Load it in Python</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to export yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model and choose the experts to drop; the smaller checkpoint is written here, verified, in a form that stock transformers loads.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose experts</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeatMap</name>
    <message>
        <source>Heat map of experts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys move between experts, Space keeps or drops, L locks, Shift with a drag draws a box, Ctrl with the wheel zooms, F shows everything.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeatMapCanvas</name>
    <message>
        <source>Rank</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expert</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HistogramChart</name>
    <message>
        <source>Scores (drag to drop everything below)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} below {value}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message>
        <source>What made it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Perplexity against</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use this plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No variant chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a row to see what made it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Active per token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Experts kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KL, nats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-1 same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ranked by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not measured yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all domains</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” was measured on other texts: measure both on the same ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model&apos;s tokenizer.json is needed to read them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrate first: then this card tells what the expert does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>BY DOMAIN</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TOKENS THAT CHOOSE IT</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>FIRES TOGETHER WITH</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RANK BY OTHER SCORES</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop ␣</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep ␣</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is locked: unlock it first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Space does the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unlock L</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lock L</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{rank} of {experts}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>drop or keep an expert</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift + drag</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>box</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>select it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>move</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Space</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>drop or keep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>lock or unlock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ctrl + wheel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>zoom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>show everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cancel a stroke</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pick an expert</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a cell, or move with the arrow keys.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>JobDesk</name>
    <message>
        <source>Something unexpected happened: {what}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>JobDock</name>
    <message>
        <source>Jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What went wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide the jobs</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>JobsModel</name>
    <message>
        <source>Stopping…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Keeper</name>
    <message>
        <source>Save the project</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LayerRibbon</name>
    <message>
        <source>{moe} of {layers} layers have experts: {counts}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {layer}: dense</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {layer}: {count} experts</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>Colour scale from {low} to {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dropped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>locked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>protected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>never chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not profiled</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Lower</name>
    <message>
        <source>Charts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Table of experts</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Copy command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open demo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open model folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save project</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save project as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tune</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This page has no command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied: {text}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A job is still running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{jobs}: quitting stops it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop and quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep working</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Margins</name>
    <message>
        <source>Kept, coverage and routing entropy of every layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>coverage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>entropy</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelPage</name>
    <message>
        <source>Calibrate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No model is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the demo or a model folder. Its headers are read at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open demo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MoE layers × experts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Experts per token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Active per token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs VRAM</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the bytes are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes by type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does it fit?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>whole model, 4,096 tokens of context</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Video memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Main memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Column height: experts of the layer. The bright part: the {k} that one token uses.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of {layers} layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{share} in experts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{share} of all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>config.json only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Routed experts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shared experts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Routers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Embedding and head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dense layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Norms and the rest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next-token prediction layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no GPU here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No NVIDIA GPU found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fits: {free} free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>May just fit: {free} free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does not fit: {free} free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MoE layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Experts per layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Routing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Router groups</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters of one expert</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hidden size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Head tied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model&apos;s headers are read.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Numbers</name>
    <message>
        <source>{count} tok/s</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Opener</name>
    <message>
        <source>Open recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open model folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open project</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save project in an empty folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The project could not be saved</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Problems</name>
    <message>
        <source>{layers} route by a fixed token table: no expert there can go.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{layers}: {kept} kept at the least, but a token chooses {top_k}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{layers}: the router&apos;s {groups} groups must keep equally many experts, at least {least} each.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers keep {low} to {high} experts: ragged plans need the bundled loader.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kept} experts per layer is not a multiple of 8, which expert-parallel serving prefers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep them whole</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep {top_k}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Balance groups</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make uniform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep {better}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RecentRow</name>
    <message>
        <source>not there any more</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ResultCard</name>
    <message>
        <source>Open folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reload in transformers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written to {folder}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{files} files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{files} in {time} s, {rate}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verified</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>every kept byte equals its source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not verified</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>verification was off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not loaded yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>reload it to be sure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading with stock transformers…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not loaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the check was cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does not load</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loads incompletely as {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} tensors, first {first}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loads as {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>logits within {difference} of the masked original, {share} same top-1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Rule</name>
    <message>
        <source>Keep a number per layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep a share per layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep a share of all, one ranking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reach a coverage in every layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reach a coverage overall</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep scores from a threshold up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop what was never routed to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep a random number (control)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swap kept and dropped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep {number} per layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep {percent:g} % per layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep {percent:g} % overall</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cover {percent:g} % per layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cover {percent:g} % overall</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep scores ≥ {at_least:.3g}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>drop never routed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep {number} at random</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>swap kept and dropped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{rule} by {metric}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{rule} in {layers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this rule ranks experts by a profile, and there is none yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>run Calibrate first</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RuleDesk</name>
    <message>
        <source>Ranked by {metric}: change Score to rank by another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keeps {kept} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kept}, {share} of the routed mass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply to {layers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RulePanel</name>
    <message>
        <source>Rule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Experts per layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At least per layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> of {experts}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only in {layers}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RunStrip</name>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RunText</name>
    <message>
        <source>Loading the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Packing the texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Profiling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verifying</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading with transformers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>batches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} of {total} {unit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting for the job before it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SelectPage</name>
    <message>
        <source>Open a model first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select shows every expert of a Mixture-of-Experts model as one cell.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quick check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure the masked model; nothing is written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kept} of {total} kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is dropped yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plan was made on another profile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} experts go</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>last</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No profile yet: calibrate to see which experts the model uses.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to Calibrate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{text} (and {more} more)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the best {number} of all layers: {share} of the routed mass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{what}; try: {remedy}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SequencePreview</name>
    <message>
        <source>Packed sequences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} padded</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Open {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>saving…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>saved</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Snippet</name>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SourceRow</name>
    <message>
        <source>six domains</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Domain label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text field</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bundled texts</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SourcesEditor</name>
    <message>
        <source>No texts yet. Add the bundled ones, or drop .txt .jsonl .parquet .csv here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Texts ({suffixes})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add text files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a folder of texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hugging Face data set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Id, with configuration and split if it has several: id:config:split</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Domain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text field</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bundled texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hugging Face data set…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Studio</name>
    <message>
        <source>Something unexpected happened</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TakeAway</name>
    <message>
        <source>Picture (PNG)…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drawing (SVG)…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Table (CSV)…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export selection (JSON)…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import selection (JSON)…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save drawing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved {path}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{metric}, {scale} scale · {kept} of {total} experts kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>coverage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>entropy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cannot write {path}: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>another folder</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Tasks</name>
    <message>
        <source>Pack the preview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Profile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure the original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quick check: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reload {name} in transformers</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TextForm</name>
    <message>
        <source>Join documents to full sequences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply the model&apos;s chat template</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Graphics card (CUDA)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Packing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Token budget</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Split evenly over the domains</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sequence length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TextsDialog</name>
    <message>
        <source>Evaluation texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“Bundled texts” here means the held-out ones, which no profile reads. Variants compare only when they were measured on the same texts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use these texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ThresholdChart</name>
    <message>
        <source>shown once there is a profile</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Score</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>native</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by score</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>linear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rank</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Domains</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply the rule (locks win)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take away: picture, table, selection</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Menu</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TunePage</name>
    <message>
        <source>Tuning is coming</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stage 2 of SEER-MoE fine-tunes the smaller model while Top-K falls and an entropy penalty narrows the router&apos;s choice. Until it is here, a plan can be checked on Evaluate and written on Export as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tune</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>coming</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tuning is coming in a later version.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>VariantTable</name>
    <message>
        <source>Variants</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>VariantsModel</name>
    <message>
        <source>original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tuned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>exported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Variant</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>exp of the mean cross-entropy per token on the evaluation texts; lower is better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KL</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean KL divergence from the original&apos;s next-token distribution, in nats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-1 same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of positions whose likeliest next token is the original&apos;s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes of the checkpoint, written or as it would be</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Active</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters that one token uses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Experts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Experts kept over all layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Perplexity on “{domain}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ranked by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Make a Mixture-of-Experts model smaller by looking at it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open demo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try it on the bundled model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A small trained Mixtral and its texts, all on this machine. The first heat map stands in under a minute.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your own model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a folder with config.json and safetensors here. Only headers are read; nothing is loaded yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hugging Face model id</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From Hugging Face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A model id. What is in the local cache opens offline; anything else is downloaded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model or a project.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WhatIf</name>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All weights that are loaded, exact from the headers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Active per token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights that a token meets: Top-K experts of every layer, the rest once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint ({dtype})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes that export would write.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>does not fit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs {memory} / free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights, keys and values and workspace: {low} to {high}; {free} are free.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{change}, still Top-{top_k}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{change}, Top-{top_k}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>FLOPs per token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dropping experts at the same Top-K saves memory, not FLOPs: a token still meets {top_k} experts per layer. Lowering Top-K saves FLOPs. Counted at {context} tokens of context.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Coverage kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the gates on the calibration text that the kept experts carry.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no profile yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>worst L{layer} · {share}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loads in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stock loaders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unchanged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is dropped yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kept} in every layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>transformers and vLLM load it as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bundled loader</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ragged: {low} to {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers keep different numbers; stock loaders read one number for all.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WhatIfStrip</name>
    <message>
        <source>What the plan would cost</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_Link</name>
    <message>
        <source>{share} of its tokens choose this one, too</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>table</name>
    <message>
        <source>Experts</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
