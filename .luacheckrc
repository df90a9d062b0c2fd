std = "lua54"
max_line_length = 100
files["spec"] = { std = "+busted" }
files["spec/scenario"] = { ignore = { "212/_ENV" } }
files["spec/support"] = { ignore = { "212/_ENV" } }
