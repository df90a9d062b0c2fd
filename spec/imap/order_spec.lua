local order = require "satchel.imap.order"
local compile = require("satchel.order").compile

describe("criteria of SORT", function()
  for _, case in ipairs {
    { "received", "(ARRIVAL)" }, { "-received", "(REVERSE ARRIVAL)" },
    { { "-size", "sent" }, "(REVERSE SIZE DATE)" },
    { "subject", nil }, { { "received", "from" }, nil }, { "unread", nil },
  } do
    it(tostring(case[2]), function() assert.equal(case[2], order.criteria(compile(case[1]))) end)
  end
end)

describe("what the client sorts", function()
  local function sorted(by, list)
    local sorter = order.sorter(compile(by))
    for uid, record in ipairs(list) do sorter:add(uid, record) end
    return table.concat(sorter:sorted(), " ")
  end

  local function of(field, ...)
    local list = {}
    for i, value in ipairs { ... } do list[i] = { [field] = value } end
    return list
  end

  for _, case in ipairs {
    { "received", of("received", 30, 10, 20), "2 3 1" },
    { "-received", of("received", 30, 10, 20), "1 3 2" },
    { "received", of("received", 5, 5, -1), "3 1 2" },
    { "-received", of("received", 5, 5, 6), "3 1 2" },
    { "size", of("size", 1 << 40, 3, 2), "3 2 1" },
    { "subject", of("subject", "b", "A", "c"), "2 1 3" },
    { "-subject", of("subject", "b", "A", "c"), "3 1 2" },
    { "from", { { from = { name = "zoe", email = "a@x" } }, { from = { email = "b@x" } }, {} },
      "3 2 1" },
    { "to", { { to = { { email = "b@x" } } }, { to = { { email = "a@x" } } }, { to = {} } },
      "3 2 1" },
    { "importance", of("importance", "high", "low", "normal"), "2 3 1" },
    { "unread", of("unread", true, false, true), "2 1 3" },
    { { "unread", "-size" }, { { unread = false, size = 1 }, { unread = true, size = 2 },
      { unread = false, size = 3 } }, "3 1 2" },
    { "sent", { { sent = 5 }, { received = 3 }, { sent = 4 } }, "2 3 1" },
    { "subject", {}, "" },
  } do
    it(("%s: %s"):format(table.concat(type(case[1]) == "table" and case[1] or { case[1] }, ","),
      case[3]), function() assert.equal(case[3], sorted(case[1], case[2])) end)
  end

  it("is read with what it needs", function()
    assert.same({ "subject", "sent", "received" }, order.fields(compile { "subject", "-sent" }))
  end)

  it("is as good as any order on many", function()
    local sorter, expected = order.sorter(compile { "-received" }), {}
    for uid = 1, 5000 do
      local at = uid * 7919 % 1000
      sorter:add(uid, { received = at })
      expected[uid] = { at, uid }
    end
    table.sort(expected, function(a, b)
      if a[1] ~= b[1] then return a[1] > b[1] end
      return a[2] < b[2]
    end)
    for i, uid in ipairs(sorter:sorted()) do assert.equal(expected[i][2], uid) end
  end)
end)
