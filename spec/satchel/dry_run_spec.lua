local dry_run = require "satchel.dry_run"
local memory = require "support.memory_driver"
local new_session = require("satchel.session").new

local reads <const> = { root = true, role_folder = true, list_folders = true, get_folder = true,
  find_folder = true, cursor = true, next = true, cursor_close = true, count = true, ids = true,
  get = true, load = true, attachments = true, get_props = true, open_attachment = true,
  reader_close = true, close = true, mailbox = true }

describe("a dry run", function()
  local session, driver, said

  before_each(function()
    driver, said = memory.new(), {}
    driver:add("inbox", { subject = "x", to = { { email = "a@b" } }, draft = true,
      attachments = { { data = "1", name = "a" } } })
    session = new_session(dry_run.wrap(driver, function(event) said[#said + 1] = event end))
  end)

  after_each(function()
    for _, call in ipairs(driver.calls) do assert.is_true(reads[call.verb], call.verb) end
  end)

  it("reads as ever", function()
    assert.equal("x", session.inbox:query():first().subject)
    assert.equal(1, session.inbox:query():count())
    assert.equal("memory", session.protocol)
    assert.equal(0, #said)
    session:close()
    assert.equal(1, driver:count_of "close")
  end)

  it("shows each write and does none", function()
    local inbox = session.inbox
    local item = inbox:query():first()
    inbox:query():update { unread = false }
    inbox:query():move(session.junk)
    item:update { subject = "y" }
    item.props.PidTagImportance = 2
    item:save()
    item:attach { data = "x" }
    item.attachments[1]:delete()
    item:copy(session.junk)
    item:send()
    item:delete()
    session:send { to = "a@b" }
    inbox:create { subject = "z" }
    inbox:create_all { {}, {} }
    inbox:empty()
    local ops = {}
    for i, event in ipairs(said) do
      assert.equal("write", event.direction)
      ops[i] = event.op
    end
    assert.equal("update move save set_props save save copy submit delete send create create "
      .. "empty_folder", table.concat(ops, " "))
    assert.equal(1, inbox:query():count())
    assert.equal("x", inbox:query():first().subject)
  end)

  it("makes up folders", function()
    local folder = session:folder("a/b", { create = true })
    assert.equal("b", folder.name)
    assert.equal(0, folder:query():count())
    for item in folder:items() do error(tostring(item)) end
    for sub in folder:folders() do error(tostring(sub)) end
    session.inbox:create_folder("c"):rename("d"):move(folder)
    session.junk:copy(session.inbox, "e")
    session.junk:delete()
    assert.equal(7, #driver.folders)
  end)

  it("holds for other mailboxes", function()
    session:mailbox("boss@example.test"):send { to = "a@b" }
    assert.equal("send", said[1].op)
  end)
end)
