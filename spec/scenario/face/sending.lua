-- Sending: to the other user and back.

local assert = require "luassert"
local satchel = require "satchel"

return function(_ENV, face) -- luacheck: ignore 212/_ENV
  local one, two

  setup(function()
    one, two = face.peer.connect(1), face.peer.connect(2)
    face.session = one
  end)

  teardown(function()
    one:close()
    two:close()
  end)

  -- a session sees what was there when it began, where its protocol is like that
  local function arrived(n, subject)
    return face.eventually(function()
      local session = n == 1 and one or two
      if not session:can "folders" then
        session:close()
        session = face.peer.connect(n)
        if n == 1 then one, face.session = session, session else two = session end
      end
      return session.inbox:query({ where = { subject = subject }, order = "-sent" }):first()
    end)
  end

  face:behaviour("send: delivered, with attachments", "send", "delivers", function()
    local subject = "Sent Größe " .. os.time()
    local sent = one:send { to = { two.user, "First <" .. one.user .. ">" }, subject = subject,
      text = "hello", importance = "high", attachments = { { data = "data", name = "d.txt" } } }
    assert.matches("^<.+>$", sent.message_id)
    local item = arrived(2, subject)
    assert.equal(one.user, item.from.email)
    assert.equal("high", item.importance)
    assert.equal("data", item.attachments[1]:read())
    assert.equal(sent.message_id, item.message_id)
    assert.equal(2, #item.to)
    assert.equal(sent.message_id, arrived(1, subject).message_id)
    item:delete { hard = true }
    arrived(1, subject):delete { hard = true }
    if sent.item then sent.item:delete { hard = true } end
  end)

  face:behaviour("send: a copy in Sent", "folders", "keeps a copy", function()
    if not one:can "folders" then return one.sent end
    local subject = "Copied " .. os.time()
    local sent = one:send { to = two.user, bcc = one.user, subject = subject, text = "hello" }
    local copy = face.eventually(function() return sent.item end)
    assert.equal(subject, copy.subject)
    assert.equal(one.sent, copy.folder)
    assert.is_false(copy.unread)
    copy:delete { hard = true }
    local item = arrived(2, subject)
    -- over MAPI it is the server that takes them out, or does not
    if one.protocol ~= "mapi" then assert.equal(0, #item.bcc) end
    item:delete { hard = true }
    arrived(1, subject):delete { hard = true }
  end)

  face:behaviour("send: answered and forwarded", "folders", "answers and forwards", function()
    local subject = "Asked " .. os.time()
    local sent = one:send { to = two.user, subject = subject, text = "hello",
      attachments = { { data = "data", name = "d.txt" } } }
    local item = arrived(2, subject)
    local draft = item:reply { text = "thanks" }
    assert.equal(two.drafts, draft.folder)
    draft:send()
    assert.is_true(item:reload().answered)
    local answer = arrived(1, "Re: " .. subject)
    assert.equal(sent.message_id, answer.in_reply_to)
    assert.matches("thanks", answer.text)
    assert.matches("> hello", answer.text)
    answer:forward({ to = two.user, attachments = { { data = "m", name = "m" } } }):send()
    local again = arrived(2, "Fwd: Re: " .. subject)
    assert.equal("m", again.attachments[1]:read())
    for _, each in ipairs { item, answer, again } do each:delete { hard = true } end
    for _, session in ipairs { one, two } do
      session.sent:query({ where = { subject = satchel.contains(subject) } })
        :delete { hard = true }
    end
    assert.equal(0, two.drafts:query({ where = { subject = satchel.contains(subject) } }):count())
  end)

  face:behaviour("send: without a copy", "send", "saves no copy when told so", function()
    local subject = "Unsaved " .. os.time()
    local sent = one:send { to = two.user, subject = subject, text = "x", save = false }
    arrived(2, subject):delete { hard = true }
    assert.is_nil(sent.item)
    if one:can "folders" then
      assert.equal(0, one.sent:query({ where = { subject = subject } }):count())
    end
  end)

  face:behaviour("send: to nobody", "send", "sends nothing to nobody", function()
    local ok, err = satchel.try(one.send, one, { to = "nobody of this name", subject = "x" })
    assert.is_false(ok)
    assert.is_true(err.kind == "not_found" or err.kind == "invalid", tostring(err))
    face.refused("invalid", one.send, one, { subject = "x" })
  end)
end
