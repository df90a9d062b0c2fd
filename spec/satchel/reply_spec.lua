local memory = require "support.memory_driver"
local reply = require "satchel.reply"
local satchel = require "satchel"

local anna, bob = { email = "anna@example.test" }, { email = "bob@example.test", name = "Bob" }
local cat, dan = { email = "cat@example.test" }, { email = "dan@example.test" }

local function emails(list)
  local out = {}
  for i, each in ipairs(list or {}) do out[i] = each.email:match "^[^@]*" end
  return table.concat(out, " ")
end

describe("the subject of an answer", function()
  for _, case in ipairs {
    { "Tea", "reply", "Re: Tea" }, { "Re: Tea", "reply", "Re: Tea" },
    { "RE: Tea", "reply", "RE: Tea" },
    { "AW: Tee", "reply", "AW: Tee" }, { "Re[2]: Tea", "reply", "Re[2]: Tea" },
    { "Fwd: Tea", "reply", "Re: Fwd: Tea" }, { "Tea", "forward", "Fwd: Tea" },
    { "Re: Tea", "forward", "Fwd: Re: Tea" }, { "FW: Tea", "forward", "FW: Tea" },
    { nil, "reply", "Re: " }, { "Report: x", "reply", "Re: Report: x" },
  } do
    it(("%s to '%s'"):format(case[2], case[1]), function()
      assert.equal(case[3], reply.subject(case[1], case[2]))
    end)
  end
end)

describe("the recipients of an answer", function()
  local item = { from = bob, to = { anna, cat }, cc = { dan, bob } }

  for _, case in ipairs {
    { item, "reply", "bob", "" }, { item, "reply_all", "bob cat", "dan" },
    { item, "forward", "", "" },
    { { from = bob, reply_to = { dan }, to = { anna } }, "reply", "dan", "" },
    { { from = bob, reply_to = { dan }, to = { anna, dan } }, "reply_all", "dan", "" },
    { { from = anna, to = { bob, cat } }, "reply", "bob cat", "" },
    { { from = anna, to = { bob }, cc = { anna, cat } }, "reply_all", "bob", "cat" },
    { { from = anna, to = { anna } }, "reply_all", "anna", "" },
    { { from = bob, to = { { email = "ANNA@example.test" } } }, "reply_all", "bob", "" },
  } do
    it(("%s: to %s, cc %s"):format(case[2], case[3], case[4]), function()
      local to, cc = reply.recipients(case[1], case[2], { anna })
      assert.equal(case[3], emails(to))
      assert.equal(case[4], emails(cc))
    end)
  end
end)

describe("the references of an answer", function()
  for _, case in ipairs {
    { { message_id = "<c>", references = { "<a>", "<b>" } }, { "<a>", "<b>", "<c>" } },
    { { message_id = "<c>", in_reply_to = "<b>" }, { "<b>", "<c>" } }, { {}, {} },
  } do
    it("follow those of the item", function() assert.same(case[2], reply.references(case[1])) end)
  end

  it("are not more than thirty", function()
    local list = {}
    for i = 1, 60 do list[i] = "<" .. i .. ">" end
    local kept = reply.references { references = list, message_id = "<x>" }
    assert.equal(30, #kept)
    assert.equal("<1>", kept[1])
    assert.equal("<x>", kept[30])
  end)
end)

describe("an answer", function()
  local session, driver, item

  before_each(function()
    session, driver = memory.session()
    item = session.inbox:create {
      subject = "Tea", from = "Bob <bob@example.test>", message_id = "<1@x>", sent = 1767225600,
      to = { "anna@example.test", "cat@example.test" }, text = "Tea?",
      attachments = { { data = "PDF", name = "menu.pdf" } },
    }
  end)

  it("is a draft", function()
    local draft = item:reply { text = "Yes" }
    assert.equal(session.drafts, draft.folder)
    assert.is_true(draft.draft)
    assert.equal("Re: Tea", draft.subject)
    assert.equal("bob", emails(draft.to))
    assert.equal("<1@x>", draft.in_reply_to)
    assert.same({ "<1@x>" }, draft.references)
    assert.equal("Yes\n\nOn 2026-01-01 00:00 UTC, Bob <bob@example.test> wrote:\n> Tea?\n",
      draft.text)
    assert.equal(0, #draft.attachments)
  end)

  it("marks the item answered when sent", function()
    local draft = item:reply { text = "Yes" }
    assert.is_nil(item:reload().answered)
    draft:send()
    assert.is_true(item:reload().answered)
    assert.equal("sent", driver:item_of(draft.id).folder_id)
  end)

  it("goes to all", function()
    local draft = item:reply_all { text = "Yes", cc = "dan@example.test", bcc = "eve@example.test" }
    assert.equal("bob cat", emails(draft.to))
    assert.equal("dan", emails(draft.cc))
    assert.equal("eve", emails(draft.bcc))
  end)

  it("passes on with attachments", function()
    local draft = item:forward { to = "dan@example.test", text = "Look",
      attachments = { { data = "x", name = "x.txt" } } }
    assert.equal("Fwd: Tea", draft.subject)
    assert.equal("dan", emails(draft.to))
    assert.is_nil(draft.in_reply_to)
    assert.equal("PDF", draft.attachments[1]:read())
    assert.equal("x.txt", draft.attachments[2].name)
  end)

  it("keeps the pictures that the quoted HTML shows", function()
    local shown = session.inbox:create { subject = "x", from = "bob@example.test",
      html = '<body><img src="cid:logo"></body>', attachments = {
        { data = "PNG", name = "l.png", content_id = "logo" },
        { data = "GIF", name = "g.gif", content_id = "other" } } }
    local draft = shown:reply { html = "<b>nice</b>" }
    assert.equal(1, #draft.attachments)
    assert.equal("logo", draft.attachments[1].content_id)
    assert.matches('<blockquote .*cid:logo', draft.html)
    assert.equal(0, #shown:reply({ html = "x", quote = false }).attachments)
  end)

  it("refuses unknown options", function()
    local _, err = satchel.try(item.reply, item, { txt = "x" })
    assert.equal("reply: unknown option 'txt'; did you mean 'text'?", err.message)
    assert.is_false((satchel.try(item.reply, item, "x")))
    assert.is_false((satchel.try(item.reply, item, { quote = 1 })))
  end)
end)
