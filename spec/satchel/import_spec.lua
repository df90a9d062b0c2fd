local memory = require "support.memory_driver"
local satchel = require "satchel"
local server = require "support.server"

local function message(n)
  return ("Subject: n%d\r\nFrom: a@x.test\r\n\r\nbody %d\r\n"):format(n, n)
end

local function subjects(folder)
  local list = {}
  for item in folder:items { order = "subject" } do list[#list + 1] = item.subject end
  return table.concat(list, " ")
end

describe("messages that are imported", function()
  local inbox

  before_each(function() inbox = memory.session().inbox end)

  it("are stored many at a time, from a list and from an iterator", function()
    local list, done = {}, {}
    for i = 1, 3 do list[i] = { mime = message(i), unread = i == 2 } end
    local results = inbox:import_all(list, { progress = function(n, total)
      done[#done + 1] = { n, total }
    end })
    assert.same({ { 3, 3 } }, done)
    assert.equal("n2", inbox:get(results[2].id).subject)
    assert.is_true(inbox:get(results[2].id).unread)
    local i = 3
    results = inbox:import_all(function()
      i = i + 1
      return i <= 250 and { mime = message(i) } or nil
    end)
    assert.equal(247, #results)
    assert.equal(250, inbox:reload().total)
  end)

  it("leave out, with the reason, what cannot be read", function()
    local path = server.place "import"
    server.write(path .. "/there.eml", message(7))
    local results = inbox:import_all { { path = path .. "/there.eml" },
      { path = path .. "/missing.eml" }, { mime = message(8) } }
    assert.same({ true, false, true }, { results[1].ok, results[2].ok, results[3].ok })
    assert.equal("not_found", results[2].error.kind)
    assert.matches("missing%.eml", results[2].error.message)
    assert.equal("n7 n8", subjects(inbox))
    server.run("rm -r '%s'", path)
  end)

  it("are checked as a whole before one is stored", function()
    for _, case in ipairs { { {}, "one of path, mime" },
      { { mime = "x", path = "y" }, "one of path" },
      { { mime = "x", flaged = true }, "flaged" }, { { path = "x.ics" }, "not read yet" } } do
      local ok, err = satchel.try(inbox.import_all, inbox, { { mime = message(1) }, case[1] })
      assert.is_false(ok)
      assert.matches(case[2], err.message)
      assert.equal(0, inbox:reload().total)
    end
  end)
end)
