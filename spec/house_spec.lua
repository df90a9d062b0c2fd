-- The rules of the house (DESIGN: floors, widths) read from the sources.

local function lines_of(command)
  local list = {}
  local p = assert(io.popen(command))
  for l in p:lines() do list[#list + 1] = l end
  p:close()
  return list
end

local sources = lines_of "find src -type f | sort"

local floors = { base = 0, wire = 1, net = 2, format = 2, store = 2, serve = 2, mail = 3, bind = 4 }

-- what only some rooms may include
local foreign = {
  { "^curl/", { net = true } },
  { "^openssl/", { net = true, format = true } },
  { "^gsasl", { net = true } },
  { "^zlib", { net = true } },
  { "^ares", { net = true } },
  { "^sys/socket", { net = true } },
  { "^netinet/", { net = true } },
  { "^gmime/", { format = true } },
  { "^glib", { format = true } },
  { "^libical/", { format = true } },
  { "^expat", { format = true } },
  { "^sqlite3", { store = true } },
  { "^microhttpd", { serve = true } },
  { "^lua", { bind = true } },
  { "^lauxlib", { bind = true } },
}

-- why a file of this room may not include that; nil: it may
local function objection(room, quote, path)
  if quote == "<" then
    for _, f in ipairs(foreign) do
      if path:find(f[1]) and not f[2][room] then return "belongs to another room" end
    end
    return nil
  end
  local other = path:match "^(%w+)/"
  if not floors[other] then return "has no room" end
  if other == room then return nil end
  if floors[other] > floors[room] then return "is above" end
  if floors[other] == floors[room] then return "is beside" end
end

local function includes(text)
  return text:gmatch '#%s*include%s+([<"])([^>"]+)[>"]'
end

local function read(file)
  local f = assert(io.open(file, "rb"))
  local s = f:read "a"
  f:close()
  return s
end

describe("the floors", function()
  it("know every room", function()
    for _, file in ipairs(sources) do
      assert.is_number(floors[file:match "^src/(%w+)/"], file)
    end
  end)

  it("hold: no file includes what is above or beside it", function()
    local wrong = {}
    for _, file in ipairs(sources) do
      local room = file:match "^src/(%w+)/"
      for quote, path in includes(read(file)) do
        local why = objection(room, quote, path)
        if why then wrong[#wrong + 1] = ("%s: %s %s"):format(file, path, why) end
      end
    end
    assert.same({}, wrong)
  end)

  for _, case in ipairs {
    { "wire", '"', "base/buf.h", true },
    { "wire", '"', "net/loop.h", false },
    { "net", '"', "format/xml.h", false },
    { "mail", '"', "net/loop.h", true },
    { "base", '"', "wire/value.h", false },
    { "bind", "<", "lua.h", true },
    { "mail", "<", "lauxlib.h", false },
    { "wire", "<", "curl/curl.h", false },
    { "net", "<", "curl/multi.h", true },
    { "format", "<", "openssl/cms.h", true },
    { "mail", "<", "openssl/evp.h", false },
    { "serve", "<", "microhttpd.h", true },
    { "bind", "<", "microhttpd.h", false },
    { "net", "<", "expat.h", false },
    { "wire", "<", "string.h", true },
    { "wire", '"', "buf.h", false },
  } do
    it(("%s %s in %s"):format(case[4] and "allow" or "refuse", case[3], case[1]), function()
      assert.equal(case[4], objection(case[1], case[2], case[3]) == nil)
    end)
  end
end)

describe("the sources", function()
  it("have at most 80 columns, no tab and no space at the end of a line", function()
    local wrong = {}
    for _, file in ipairs(sources) do
      local n = 0
      for line in io.lines(file) do
        n = n + 1
        if (utf8.len(line) or #line) > 80 or line:find "\t" or line:find "%s$" then
          wrong[#wrong + 1] = file .. ":" .. n
        end
      end
    end
    assert.same({}, wrong)
  end)

  it("begin with what they know: a comment, or a header of their room that says it", function()
    local wrong = {}
    for _, file in ipairs(sources) do
      local room, text = file:match "^src/(%w+)/", read(file)
      if text:sub(1, 2) ~= "/*" and not (file:find "%.c$"
        and text:find('^#include "' .. room .. "/")) then
        wrong[#wrong + 1] = file
      end
    end
    assert.same({}, wrong)
  end)

  it("do not abort and do not print", function()
    local wrong = {}
    for _, file in ipairs(sources) do
      local text = read(file):gsub("/%*.-%*/", ""):gsub('"[^"\n]*"', "")
      for _, word in ipairs { "abort", "printf", "puts", "exit", "assert", "perror" } do
        if text:find("%f[%w_]" .. word .. "%s*%(") then
          wrong[#wrong + 1] = file .. ": " .. word
        end
      end
    end
    assert.same({}, wrong)
  end)
end)

-- the text of each entry of QUIRKS.md, and the numbers in the order they stand
local function quirks()
  local order, texts, text = {}, {}, nil
  for line in io.lines "QUIRKS.md" do
    local number = line:match "^(%d+)%. "
    if number then
      text = {}
      order[#order + 1], texts[#order + 1] = tonumber(number), text
    end
    if text then text[#text + 1] = line end
  end
  for i, lines in ipairs(texts) do texts[i] = table.concat(lines, "\n") end
  return order, texts
end

describe("QUIRKS.md", function()
  local order, texts = quirks()

  it("counts from 1 without a gap", function()
    assert.is_true(#order > 0)
    for i, number in ipairs(order) do assert.equal(i, number) end
  end)

  it("names files, each of which cites the number", function()
    for number, text in ipairs(texts) do
      local named = 0
      for file in text:gmatch "[%w_/]+%.%l+" do
        if file:find "^src/" or file:find "^lua/" then
          named = named + 1
          assert.truthy(read(file):find("QUIRKS " .. number .. "%f[%D]"), file .. ": " .. number)
        end
      end
      assert.is_true(named > 0, "no file at " .. number)
    end
  end)

  it("has every number that the code cites", function()
    for _, file in ipairs(lines_of "find src lua -type f") do
      for number in read(file):gmatch "QUIRKS (%d+)" do
        assert.truthy(texts[tonumber(number)], file .. ": " .. number)
      end
    end
  end)
end)

describe("the fuzz targets", function()
  it("have a corpus each, over which they run without a finding", function()
    local cc = os.getenv "CC"
    local command = "env -u LD_PRELOAD make -s --no-print-directory corpora"
      .. (cc and cc ~= "" and " CC='" .. cc .. "'" or "") .. " 2>&1; echo status $?"
    local out = lines_of(command)
    local text = table.concat(out, "\n")
    assert.equal("status 0", out[#out], text)
    for _, target in ipairs(lines_of "ls fuzz/*_fuzz.c") do
      local name = target:match "([%w_]+)%.c$"
      assert.matches("fuzz/corpus/" .. name .. ": %d+ inputs, no finding", text)
    end
  end)
end)
