-- What is public is annotated, and shown somewhere: in a spec, an example or
-- the documentation.

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function shown_texts()
  local texts = {}
  local list = io.popen("find spec examples doc README.md -name '*.lua' "
    .. "-o -name '*.md' 2>/dev/null")
  for path in list:lines() do
    if path ~= "spec/api_spec.lua" then texts[#texts + 1] = read(path) end
  end
  list:close()
  return table.concat(texts, "\n")
end

local shown = shown_texts()

local objects <const> = { "session", "folder", "query", "item", "attachment" }

-- annotated functions: name = { parameters written, parameters annotated, described }
local function functions(source, prefix)
  local found, comment = {}, {}
  for line in (source .. "\n"):gmatch "(.-)\n" do
    local name, given = line:match("^function " .. prefix .. "[:.]([%w_]+)%((.-)%)")
    if name then found[name] = { given = given, comment = table.concat(comment, "\n") } end
    if line:find "^%-%-%-" then comment[#comment + 1] = line else comment = {} end
  end
  return found
end

local function fields(source)
  local names = {}
  for name in source:gmatch "%-%-%-@field ([%w_]+)" do names[name] = true end
  return names
end

local function check_function(name, written)
  assert.is_truthy(written, name .. " is not written as a public function")
  assert.matches("^%-%-%-%u", written.comment, name .. " says nothing")
  for parameter in written.given:gmatch "[%w_.]+" do
    if parameter ~= "_" then
      assert.is_truthy(written.comment:find("---@param " .. parameter:gsub("%.%.%.", "..."),
        1, true), ("%s: parameter %s is not annotated"):format(name, parameter))
    end
  end
end

for _, object in ipairs(objects) do
  describe("the public methods of " .. object, function()
    local module = require("satchel." .. object)
    local source = read("lua/satchel/" .. object .. ".lua")
    local prefix = object == "query" and "Query" or "methods"
    local written = functions(source, prefix)

    for name in pairs(module.methods) do
      if not name:find "^__" then
        it("annotate " .. name, function() check_function(name, written[name]) end)
        it("show " .. name, function()
          assert.is_truthy(shown:find("[:.]" .. name .. "%f[^%w_]"), name .. " is shown nowhere")
        end)
      end
    end

    it("are all that is annotated", function()
      for name in pairs(written) do
        if not name:find "^__" then assert.is_truthy(module.methods[name], name) end
      end
    end)
  end)

  describe("the fields of " .. object, function()
    local module = require("satchel." .. object)
    local annotated = fields(read("lua/satchel/" .. object .. ".lua"))

    it("are annotated", function()
      for name in pairs(module.fields) do assert.is_truthy(annotated[name], name) end
    end)

    it("are shown", function()
      for name in pairs(module.fields) do
        assert.is_truthy(shown:find("%f[%w_]" .. name .. "%f[^%w_]"), name .. " is shown nowhere")
      end
    end)
  end)
end

local function class_of(source, class)
  local block = source:match("%-%-%-@class " .. class:gsub("%.", "%%.") .. "%f[^%w].-\n\n")
  return fields(assert(block, class .. " is not annotated"))
end

for _, case in ipairs { { "connect", "ConnectOptions" }, { "query", "ItemsOptions" },
  { "compose", "NewMessage" }, { "reply", "AnswerOptions" } } do
  it("annotates all of " .. case[2], function()
    local options = require("satchel." .. case[1]).options
    local annotated = class_of(read("lua/satchel/" .. case[1] .. ".lua"), "satchel." .. case[2])
    for name in pairs(options) do assert.is_true(annotated[name], name) end
    for name in pairs(annotated) do assert.is_truthy(options[name], name) end
  end)
end

it("annotates every field of a new item", function()
  local annotated = class_of(read "lua/satchel/compose.lua", "satchel.NewItem")
  for name, row in pairs(require("satchel.field").rows) do
    assert.equal(row.write ~= nil, annotated[name] == true, name)
  end
end)

describe("the methods of session.imap", function()
  local native = require "satchel.imap.native"
  local written = {}
  for path in io.popen("ls lua/satchel/imap/native/*.lua"):lines() do
    for name, one in pairs(functions(read(path), "Native")) do written[name] = one end
  end

  for name in pairs(native.methods) do
    it("annotate and show " .. name, function()
      check_function(name, written[name])
      assert.is_truthy(read "doc/imap.md":find("imap:" .. name .. "%f[^%w_]"),
        name .. " is not in doc/imap.md")
    end)
  end

  it("are all that is annotated", function()
    for name in pairs(written) do assert.is_truthy(native.methods[name], name) end
    local annotated = fields(read "lua/satchel/imap/native.lua")
    for name in pairs(native.fields) do assert.is_true(annotated[name], name) end
  end)
end)

for _, protocol in ipairs { "smtp", "pop3" } do
  describe("session." .. protocol, function()
    local path = "lua/satchel/" .. protocol .. "/native.lua"
    local native = require("satchel." .. protocol .. ".native")
    local written, page = functions(read(path), "methods"), read "doc/smtp_pop3.md"

    for name in pairs(native.methods) do
      it("annotates and shows " .. name, function()
        check_function(name, written[name])
        assert.is_truthy(page:find(protocol .. ":" .. name .. "%f[^%w_]"),
          name .. " is not in doc/smtp_pop3.md")
      end)
    end

    it("has all that is annotated", function()
      for name in pairs(written) do assert.is_truthy(native.methods[name], name) end
      local annotated = fields(read(path))
      for name in pairs(native.fields) do
        assert.is_true(annotated[name], name)
        assert.is_truthy(page:find(protocol .. "%." .. name .. "%f[^%w_]"), name)
      end
    end)
  end)
end

describe("the module", function()
  local source = read "lua/satchel.lua"
  local annotated, written = fields(source), functions(source, "satchel")

  for name in pairs(require "satchel") do
    it("annotates and shows " .. name, function()
      if written[name] then
        check_function(name, written[name])
      else
        assert.is_truthy(annotated[name] or source:find("\n%-%-%-[^\n]+\nsatchel%." .. name),
          name .. " is not annotated")
      end
      assert.is_truthy(shown:find("[:.]" .. name .. "%f[^%w_]"), name .. " is shown nowhere")
    end)
  end
end)

describe("the C core", function()
  local source = read "lua/satchel/meta.lua"
  for _, part in ipairs { "net", "imap", "smtp", "pop3", "mime" } do
    source = source .. read("lua/satchel/meta/" .. part .. ".lua")
  end
  local core = require "satchel.core"

  for part, functions_of in pairs(core) do
    it("annotates all of " .. part, function()
      local written = functions(source, part)
      for name in pairs(functions_of) do
        assert.is_truthy(written[name], ("%s.%s is not annotated"):format(part, name))
        for parameter in written[name].given:gmatch "[%w_]+" do
          assert.is_truthy(written[name].comment:find("---@param " .. parameter, 1, true),
            ("%s.%s: %s is not annotated"):format(part, name, parameter))
        end
      end
      for name in pairs(written) do
        assert.is_truthy(functions_of[name], ("%s.%s does not exist"):format(part, name))
      end
    end)
  end
end)
