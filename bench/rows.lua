-- How fast recorded RopQueryRows answers become Lua tables: rows a second on
-- one core, for each recorded answer of 50 rows and more, and for flagged rows
-- and rows in many languages made from it.
--
--   lua5.4 bench/rows.lua [RECORDING...]

package.path = "spec/?.lua;" .. package.path

local recorded = require "support.recorded"
local wire = require("satchel.core").wire

local SECONDS <const> = 1
local LEAST_ROWS <const> = 50

local files = #arg > 0 and arg or { "spec/recordings/gromox-3.10-rows.jsonl" }

-- the recorded answers: { name =, columns =, bytes =, rows = }
local function answers_of(path)
  local list = {}
  recorded.each(path, function(direction, rop, bytes, columns)
    local rows = direction == "response" and rop.rop == "query_rows" and rop.row_data
    if rows and #rows >= LEAST_ROWS then
      list[#list + 1] = { name = path:match "[^/]*$", columns = columns, bytes = bytes,
        rows = rows }
    end
  end)
  return list
end

-- the same answer with each row changed
local function variant(answer, name, change)
  local rows = {}
  for i, row in ipairs(answer.rows) do
    local copy = {}
    for tag, value in pairs(row) do copy[tag] = value end
    change(copy)
    rows[i] = copy
  end
  local bytes = assert(wire.encode_rop("response", "query_rows",
    { handle_index = 0, return_value = 0, origin = 1, row_data = rows },
    { columns = answer.columns }))
  return { name = name, columns = answer.columns, bytes = bytes, rows = rows }
end

local function flagged(row)
  for tag in pairs(row) do
    if tag & 0xffff == 0x001f then row[tag] = nil break end
  end
end

local function far_away(row)
  for tag in pairs(row) do
    if tag & 0xffff == 0x001f then row[tag] = "週報の数字について、山田さんへ" end
  end
end

local function measure(answer)
  local ctx <const> = { columns = answer.columns }
  local decode <const>, bytes <const> = wire.decode_rop, answer.bytes
  local turns, start = 0, os.clock()
  repeat
    for _ = 1, 100 do decode("response", bytes, 1, ctx) end
    turns = turns + 100
  until os.clock() - start >= SECONDS
  return turns * #answer.rows / (os.clock() - start)
end

local function report(answer)
  print(("%-28s %3d rows of %d columns, %6d bytes: %9.0f rows/s"):format(answer.name,
    #answer.rows, #answer.columns, #answer.bytes, measure(answer)))
end

for _, path in ipairs(files) do
  for _, answer in ipairs(answers_of(path)) do
    report(answer)
    report(variant(answer, "  with a value absent", flagged))
    report(variant(answer, "  with Japanese text", far_away))
  end
end
