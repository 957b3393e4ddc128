"""Pictures as pure functions: results and a speaker in, a Plotly figure out."""
