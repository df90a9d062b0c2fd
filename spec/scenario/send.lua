-- Sending: to the other user and back, with all that a message can have; the
-- copy in Sent; drafts, answers and what is refused.

local satchel = require "satchel"

---@param _ENV table the environment that busted gives a spec
---@param peer table support.live or support.boxed
return function(_ENV, peer) -- luacheck: ignore 212/_ENV
  describe("sending on " .. peer.name, function()
    local alice, bob
    local count = 0

    setup(function()
      alice, bob = peer.connect(1), peer.connect(2)
    end)

    local function clean(session)
      for _, role in ipairs { "inbox", "sent", "drafts", "outbox" } do
        session[role]:query({ where = { subject = satchel.contains "satchel-send" } })
          :delete { hard = true }
      end
    end

    teardown(function()
      clean(alice)
      clean(bob)
      alice:close()
      bob:close()
    end)

    local function subject()
      count = count + 1
      return ("satchel-send %d %d"):format(os.time(), count)
    end

    -- waits until it is delivered, at most some seconds
    local function arrived(session, title)
      for _ = 1, 50 do
        local item = session.inbox:query({ where = { subject = satchel.contains(title) } }):first()
        if item then return session.inbox:get(item.id) end
        satchel.sleep(0.2)
      end
      error("nothing arrived with the subject " .. title)
    end

    local function trips(session, fn)
      local before = session.mapi.round_trips
      fn()
      return session.mapi.round_trips - before
    end

    it("takes one round trip with 3 recipients and 20 KiB", function()
      alice:send { to = peer.user(2), subject = subject(), text = "first" }
      local title, sent = subject(), nil
      assert.equal(1, trips(alice, function()
        sent = alice:send { to = { peer.user(2), "Two <" .. peer.user(1) .. ">" },
          cc = peer.user(2), subject = title, text = "body ü\nline",
          attachments = { { name = "a.bin", data = ("q"):rep(20480) } } }
      end))
      assert.truthy(sent.message_id:find "^<.+@.+>$")
      local got = arrived(bob, title)
      assert.equal(sent.message_id, got.message_id)
      assert.equal(title, got.subject)
      assert.equal(peer.user(1), got.from.email)
      assert.equal(peer.user(1), got.sender.email)
      assert.equal(2, #got.to)
      assert.equal(peer.user(2), got.cc[1].email)
      assert.is_true(got.unread)
      assert.is_false(got.draft)
      assert.truthy(got.text:find("body ü\nline", 1, true))
      assert.equal(("q"):rep(20480), got.attachments[1]:read())
      assert.is_true(math.abs(got.received - os.time()) < 120)
      assert.is_string(got.conversation_id)
    end)

    it("leaves a copy in Sent, or none", function()
      local title = subject()
      local sent = alice:send { to = peer.user(2), subject = title, text = "x" }
      assert.equal(title, sent.item.subject)
      assert.equal(alice.sent.id, sent.item.folder.id)
      assert.equal(sent.message_id, sent.item.message_id)
      assert.is_false(sent.item.draft)
      title = subject()
      sent = alice:send { to = peer.user(2), subject = title, text = "x", save = false }
      assert.is_nil(sent.item)
      arrived(bob, title)
      assert.equal(0, alice.sent:query({ where = { subject = title } }):count())
      assert.equal(0, alice.outbox:query({ where = { subject = title } }):count())
    end)

    it("carries HTML, an inline image and a message in a message", function()
      local title = subject()
      alice:send { to = peer.user(2), subject = title, text = "plain",
        html = "<html><body><p>Größe <img src=\"cid:pic@x\"></p></body></html>",
        importance = "high", reply_to = "Reply <reply@one.test>",
        attachments = { { name = "pic.png", data = "\x89PNG\r\n\x1a\n" .. ("p"):rep(100),
          content_id = "pic@x" }, { item = { subject = "inner", text = "inner text",
          to = "deep@two.test" } } } }
      local got = arrived(bob, title)
      assert.truthy(got.html:find("Größe", 1, true))
      assert.equal("high", got.importance)
      assert.equal("reply@one.test", got.reply_to[1].email)
      assert.equal(2, #got.attachments)
      local by_kind = {}
      for _, attachment in ipairs(got.attachments) do
        by_kind[attachment.type == "message/rfc822" and "message" or "image"] = attachment
      end
      assert.equal("pic@x", by_kind.image.content_id)
      assert.equal("\x89PNG\r\n\x1a\n" .. ("p"):rep(100), by_kind.image:read())
      assert.equal("inner", by_kind.message:item().subject)
    end)

    it("sends a draft, an answer and a forward", function()
      local title = subject()
      local draft = alice.drafts:create { subject = title, to = peer.user(2), text = "draft",
        attachments = { { name = "d.bin", data = ("d"):rep(70000) } } }
      local sent = draft:send()
      assert.is_string(sent.message_id)
      local got = arrived(bob, title)
      assert.equal(70000, #got.attachments[1]:read())
      local answer = got:reply { text = "thanks" }
      assert.equal(got.message_id, answer.in_reply_to)
      answer:send()
      assert.is_true(bob.inbox:get(got.id).answered)
      local back = arrived(alice, "Re: " .. title)
      assert.equal(got.message_id, back.in_reply_to)
      assert.same(got.message_id, back.references[#back.references])
      local forward = back:forward { to = peer.user(2), text = "fyi" }
      forward:send()
      arrived(bob, "Fwd: Re: " .. title)
      assert.equal(0, alice.drafts:query({ where = { subject = satchel.contains(title) } })
        :count())
    end)

    it("resolves bare names, in two round trips more", function()
      local title, alias = subject(), peer.user(2):match "^[^@]+"
      local fresh <close> = peer.connect(1)
      fresh.mapi:rop("get_store_state", {}, nil, { may_fail = true })
      local before = fresh.mapi.round_trips
      fresh:send { to = { alias, peer.user(1) }, subject = title, text = "x" }
      assert.is_true(fresh.mapi.round_trips - before <= 4)
      assert.equal(peer.user(2), arrived(bob, title).to[1].email)
      title = subject()
      local ok, err = satchel.try(alice.send, alice,
        { to = { peer.user(2), "nobody-at-all" }, subject = title, text = "x" })
      assert.is_false(ok)
      assert.equal("not_found", err.kind)
      assert.truthy(err.message:find("nobody-at-all", 1, true))
      assert.equal(0, bob.inbox:query({ where = { subject = title } }):count())
    end)

    it("sends headers of one's own", function()
      local title = subject()
      alice:send { to = peer.user(2), subject = title, text = "x",
        headers = { ["X-Satchel"] = "wert 1" } }
      assert.equal("wert 1", arrived(bob, title).headers["X-Satchel"])
    end)

    it("streams large attachments out and in", function()
      local title, size = subject(), 3 << 20
      local left = size
      local last
      alice:send { to = peer.user(2), subject = title, text = "big",
        progress = function(done, total) last = { done, total } end,
        attachments = { { name = "big.bin", size = size, source = function()
          local n = math.min(left, 50000)
          left = left - n
          return n > 0 and ("z"):rep(n) or nil
        end } } }
      assert.equal(size, last[2])
      local n = 0
      for piece in arrived(bob, title).attachments[1]:chunks() do n = n + #piece end
      assert.equal(size, n)
    end)

    it("leaves nothing in the outbox when the server refuses", function()
      local title = subject()
      local ok = satchel.try(alice.send, alice, { to = "nobody-at-all@" ..
        peer.user(1):match "@(.*)$", subject = title, text = "x" })
      if not ok then
        assert.equal(0, alice.outbox:query({ where = { subject = title } }):count())
      end
      assert.equal(0, alice.drafts:query({ where = { subject = title } }):count())
    end)
  end)
end
