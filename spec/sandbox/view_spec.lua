-- A view after any changes is what one made afresh would be, and a cursor
-- stands before the same row as before.
local collection = require "satchel.sandbox.collection"
local view = require "satchel.sandbox.view"

local KEY = 0x0e080003

local function read(m, tag) return m.props[tag] end

local function message(n)
  return { props = { [KEY] = n } }
end

local SORT = { { tag = KEY, descending = false } }
local SMALL = { type = "property", relop = "lt", tag = KEY, value = { tag = KEY, value = 50 } }

local function numbers(rows)
  local list = {}
  for i, m in ipairs(rows) do list[i] = m.props[KEY] end
  return list
end

-- what the view must show
local function model(c, descending, restricted)
  local rows = {}
  for _, m in ipairs(c:all()) do
    if not restricted or m.props[KEY] < 50 then rows[#rows + 1] = m end
  end
  table.sort(rows, function(a, b)
    local x, y = a.props[KEY], b.props[KEY]
    if x == y then return a.order < b.order end
    if descending then return x > y end
    return x < y
  end)
  return rows
end

local function random_changes(c, random, members)
  for _ = 1, random(6) do
    local what = random(4)
    if what <= 2 or #members == 0 then
      local m = message(random(100))
      members[#members + 1] = m
      c:add(m)
    elseif what == 3 then
      c:remove(table.remove(members, random(#members)))
    else
      local m = members[random(#members)]
      m.props[KEY] = random(100)
      c:touch(m)
    end
  end
end

describe("a view", function()
  for _, case in ipairs { { "sorted", false, false }, { "sorted downward", true, false },
    { "restricted", false, true } } do
    it(case[1] .. " follows any changes", function()
      math.randomseed(42)
      local c, members = collection.new(), {}
      local v = view.of(c, { { tag = KEY, descending = case[2] } }, case[3] and SMALL or nil, read)
      for _ = 1, 400 do
        random_changes(c, math.random, members)
        v:refresh()
        assert.are.same(numbers(model(c, case[2], case[3])), numbers(v.rows))
      end
    end)
  end

  it("without a sort keeps the order of arrival", function()
    local c = collection.new()
    local v = view.of(c, {}, nil, read)
    for _, n in ipairs { 3, 1, 2 } do c:add(message(n)) end
    v:refresh()
    assert.are.same({ 3, 1, 2 }, numbers(v.rows))
  end)

  it("leaves a cursor before its row whatever comes and goes", function()
    math.randomseed(7)
    local c, members = collection.new(), {}
    for i = 1, 60 do
      members[i] = message(i * 10)
      c:add(members[i])
    end
    local v = view.of(c, SORT, nil, read)
    v:refresh()
    local cursor = { pos = 30 }
    v.cursors[cursor] = true
    local row = v.rows[31]
    for _ = 1, 100 do
      local i = math.random(#members)
      if math.random(2) == 1 and members[i] ~= row then
        c:remove(table.remove(members, i))
      else
        local m = message(math.random(600))
        members[#members + 1] = m
        c:add(m)
      end
      v:refresh()
      assert.are.equal(row, v.rows[cursor.pos + 1])
    end
  end)

  it("whose row under the cursor goes stands before the next one", function()
    local c = collection.new()
    local list = {}
    for i = 1, 5 do
      list[i] = message(i)
      c:add(list[i])
    end
    local v = view.of(c, SORT, nil, read)
    v:refresh()
    local cursor = { pos = 2 }
    v.cursors[cursor] = true
    c:remove(list[3])
    c:remove(list[1])
    v:refresh()
    assert.are.equal(list[4], v.rows[cursor.pos + 1])
  end)

  it("is shared by those who ask for the same", function()
    local c = collection.new()
    assert.are.equal(view.of(c, SORT, SMALL, read), view.of(c, SORT, SMALL, read))
    assert.are_not.equal(view.of(c, SORT, SMALL, read), view.of(c, SORT, nil, read))
  end)

  it("forgotten by the log is built anew", function()
    local c = collection.new()
    c:add(message(1))
    local v = view.of(c, SORT, nil, read)
    v:refresh()
    for i = 2, 30000 do c:add(message(i % 97)) end
    c.log, c.log_start = {}, c.seq
    c:add(message(0))
    v:refresh()
    assert.are.equal(30001, #v.rows)
    assert.are.equal(0, v.rows[1].props[KEY])
  end)
end)
