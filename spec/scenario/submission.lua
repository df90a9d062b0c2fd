-- Handing mail to a server: by SMTP or LMTP, read afterwards by IMAP in the
-- mailboxes that it delivers into.
--
-- A peer has name, column, options(more) of a session that sends as
-- anna@example.test; auth (it takes passwords), sizes (it says how large a
-- message may be), starttls() (options for a port with STARTTLS) and shakes_hands()
-- (whether its handshake is known to work).

local assert = require "luassert"
local board = require "support.board"
local satchel = require "satchel"
local servers = require "support.mail_servers"

local ANNA <const>, BOB <const> = "anna@example.test", "bob@example.test"
local CAROL <const>, NOBODY <const> = "carol@example.test", "nobody@example.test"

---@param _ENV table the environment that busted gives a spec
---@param peer table
return function(_ENV, peer)
  local session
  local readers, count = {}, 0

  local function behaviour(row, title, needed, fn)
    it(title, function()
      local column = peer.column or peer.name
      board.set(column, row, "FAILED")
      local can = needed()
      fn(can)
      board.set(column, row, can and "yes" or "unsupported")
    end)
  end

  local function always() return true end

  local function extension(name)
    return function() return session.smtp.capabilities[name] ~= nil end
  end

  local function subject(what)
    count = count + 1
    return ("%s %d %d"):format(what, os.time(), count)
  end

  local function reader(user)
    if not readers[user] then
      readers[user] = satchel.connect(servers.options("imap", user))
    end
    return readers[user]
  end

  local function find(user, title)
    local inbox = reader(user).inbox
    return inbox:query({ where = { subject = title }, order = "-received" }):first()
  end

  local function arrived(user, title)
    for _ = 1, 50 do
      local item = find(user, title)
      if item then return item end
      satchel.sleep(0.2)
    end
    error(title .. " did not arrive for " .. user)
  end

  local function failing(fn, ...)
    local ok, err = satchel.try(fn, ...)
    assert.is_false(ok)
    return err
  end

  setup(function() session = satchel.connect(peer.options()) end)

  teardown(function()
    session:close()
    for _, each in pairs(readers) do
      each.inbox:empty { hard = true }
      each:close()
    end
  end)

  describe("handing mail to " .. peer.name, function()
    behaviour("submission: several recipients", "delivers to each", always, function()
      local title = subject "three"
      local sent = session:send { to = { BOB, "Carol <" .. CAROL .. ">" }, bcc = ANNA,
        subject = title, text = "hello" }
      assert.equal(3, #sent.results)
      for _, result in ipairs(sent.results) do assert.is_true(result.ok) end
      for _, user in ipairs { ANNA, BOB, CAROL } do
        local item = arrived(user, title)
        assert.equal(sent.message_id, item.message_id)
        assert.equal(0, #item.bcc)
        assert.equal(2, #item.to)
      end
    end)

    behaviour("submission: refused recipients", "sends to all or to none", always, function()
      local title = subject "refused"
      local err = failing(session.send, session, { to = { BOB, NOBODY }, subject = title,
        text = "x" })
      if session.smtp.lmtp and not err.results then error(err, 0) end
      assert.equal(2, #err.results)
      assert.is_false(err.results[2].ok)
      assert.equal(NOBODY, err.results[2].email)
      assert.is_true(err.results[2].code >= 500)
      assert.matches(NOBODY, err.message, 1, true)
      local after = subject "after"
      session:send { to = BOB, subject = after, text = "x" } -- the connection goes on
      arrived(BOB, after)
      assert.is_nil(find(BOB, title))
    end)

    behaviour("submission: partial", "sends to the rest when told so", always, function()
      local title = subject "partial"
      local sent = session:send { to = { NOBODY, BOB }, subject = title, text = "x",
        partial = true }
      assert.is_false(sent.results[1].ok)
      assert.is_true(sent.results[2].ok)
      arrived(BOB, title)
      local err = failing(session.send, session, { to = NOBODY, subject = title, text = "x",
        partial = true })
      assert.equal(1, #err.results)
    end)

    behaviour("submission: content", "brings what was written", always, function()
      local title = subject "Größe"
      local bytes = ("\0\r\n\xff."):rep(999)
      local text = ".\n..\n.dot\n" .. ("x"):rep(3000) .. "\nüber 漢字 😀\nFrom here"
      session:send { to = BOB, subject = title, text = text,
        html = "<p>Größe</p>", attachments = { { name = "ü.bin", data = bytes } } }
      local item = arrived(BOB, title)
      assert.equal(text, (item.text:gsub("%s+$", "")))
      assert.matches("Größe", item.html)
      assert.equal(bytes, item.attachments[1]:read())
    end)

    behaviour("submission: 8-bit", "takes 8-bit lines as they are", extension "8BITMIME",
      function()
        local title = subject "eight"
        session.smtp:send { from = ANNA, recipients = { BOB }, data = "From: " .. ANNA
          .. "\r\nSubject: " .. title .. "\r\nMIME-Version: 1.0\r\n"
          .. "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
          .. "Größe\r\n" }
        assert.matches("Größe", arrived(BOB, title).text)
      end)

    behaviour("submission: SMTPUTF8", "sends internationalised mail", extension "SMTPUTF8",
      function(can)
        local title = subject "utf8"
        local function send()
          return session.smtp:send { from = ANNA, recipients = { BOB }, utf8 = true,
            data = "From: Grüße <" .. ANNA .. ">\r\nSubject: " .. title .. "\r\n\r\nx\r\n" }
        end
        if not can then return assert.equal("unsupported", failing(send).kind) end
        -- taken; Dovecot's LMTP, the next hop, does not know the extension
        assert.is_true(send()[1].ok)
        local err = failing(session.send, session, { to = "größe@example.test", subject = title,
          text = "x" })
        assert.is_true(err.kind == "not_found" or err.kind == "denied" or err.kind == "invalid",
          tostring(err))
      end)

    behaviour("submission: DSN", "asks for notifications", extension "DSN", function(can)
      local title = subject "dsn"
      local message = { to = BOB, subject = title, text = "x",
        dsn = { notify = { "success", "failure" }, ret = "headers", envid = "QQ+314" } }
      if not can then
        return assert.equal("unsupported", failing(session.send, session, message).kind)
      end
      assert.is_true(session:send(message).results[1].ok)
      arrived(BOB, title)
    end)

    behaviour("submission: large", "streams what is large", always, function()
      local title, left, most = subject "large", 5 << 20, 0
      session:send { to = BOB, subject = title, text = "x",
        attachments = { { name = "large.bin", size = left, source = function()
          if left == 0 then return nil end
          left = left - 65536
          return ("0123456789abcdef"):rep(4096)
        end } }, progress = function(done) most = math.max(most, done) end }
      assert.is_true(most > 5 << 20)
      local n = 0
      for piece in arrived(BOB, title).attachments[1]:chunks() do n = n + #piece end
      assert.equal(5 << 20, n)
    end)

    if peer.sizes then
      behaviour("submission: too large", "says what is too large", always, function()
        local err = failing(session.send, session, { to = BOB, subject = "too large",
          text = "x", attachments = { { name = "big", data = ("x"):rep(25 << 20) } } })
        assert.equal("limit", err.kind)
      end)
    end

    behaviour("submission: round trips", "takes three after log-on", extension "PIPELINING",
      function(can)
        local before = session.smtp.round_trips
        session:send { to = { ANNA, BOB, CAROL }, subject = subject "trips", text = "x" }
        local trips = session.smtp.round_trips - before
        assert.is_true(trips <= (can and 3 or 7), trips .. " round trips")
      end)

    if peer.auth then
      behaviour("submission: a wrong password", "is not let in", always, function()
        local err = failing(satchel.connect, peer.options { password = "wrong" })
        assert.equal("auth", err.kind)
      end)
    end

    if peer.starttls then
      behaviour("submission: STARTTLS", "sends by TLS, or says that its handshake fails",
        peer.shakes_hands, function(can)
          if not can then
            assert.equal("tls", failing(satchel.connect, peer.starttls()).kind)
            return
          end
          local by_tls <close> = satchel.connect(peer.starttls())
          local title = subject "by TLS"
          by_tls:send { to = BOB, subject = title, text = "x" }
          arrived(BOB, title)
        end)
    end
  end)
end
