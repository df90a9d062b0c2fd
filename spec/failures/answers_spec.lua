-- Answers that are cut, changed, filled up or something else altogether, at
-- every exchange of every verb: each ends in an error object or in what is
-- right, at once, and the session goes on.

local core = require "satchel.core"
local error_object = require "satchel.error"
local satchel = require "satchel"
local tapped = require "support.tapped"

-- positions tried of one answer, all around; of some verbs' all there are
local MOST <const> = 12
local thorough <const> = { connect = true, count = true }

local tap, known

local function seed()
  tap = tapped.new()
  local session <close> = tap:aside()
  local inbox = session.inbox
  known = {
    small = inbox:create { subject = "small", text = "hello", to = tapped.other,
      from = tapped.other, attachments = { { name = "a.txt", data = "abc" } } }.id,
    large = inbox:create { subject = "large", text = ("x"):rep(40000),
      attachments = { { name = "b.bin", data = ("0123456789"):rep(4000) } } }.id,
  }
  for i = 1, 5 do inbox:create { subject = "item " .. i } end
  session:folder("Inbox/Sub", { create = true })
end

local serial = 0
local function fresh(name)
  serial = serial + 1
  return name .. serial
end

local verbs <const> = {
  ["connect"] = function() tap:connect():close() end,
  ["list folders"] = function(session)
    for folder in session:folders() do assert(folder.id) end
  end,
  ["query"] = function(session)
    for item in session.inbox:items { where = { subject = satchel.contains "e" },
      order = "-received", fields = { "subject", "from", "unread", "received" } } do
      assert(item.id)
    end
  end,
  ["count"] = function(session) return session.inbox:query({}):count() end,
  ["read"] = function(session)
    local item = session.inbox:get(known.small)
    return item.text, item.html, item.to, item.headers, #item.attachments
  end,
  ["read a large text"] = function(session) return #session.inbox:get(known.large).text end,
  ["read an attachment"] = function(session)
    return session.inbox:get(known.small).attachments[1]:read()
  end,
  ["read a large attachment"] = function(session)
    return #session.inbox:get(known.large).attachments[1]:read()
  end,
  ["create"] = function(session)
    session.drafts:create { subject = "new", attachments = { { name = "a", data = "b" } } }
  end,
  ["update"] = function(session)
    session.inbox:get(known.small):update { unread = false, categories = { "Red" } }
  end,
  ["mark many"] = function(session) session.inbox:query({}):update { unread = true } end,
  ["send"] = function(session) session:send { to = tapped.other, subject = "letter" } end,
  ["send to a name"] = function(session)
    session:send { to = "Bob Example", subject = "letter" }
  end,
  ["reply"] = function(session) session.inbox:get(known.small):reply { text = "yes" } end,
  ["move"] = function(session)
    session.drafts:create({ subject = "to move" }):move(session.trash)
  end,
  ["folders"] = function(session)
    local folder = session.drafts:create_folder(fresh "one")
    folder:rename(fresh "other")
    folder:delete { hard = true }
  end,
  ["properties"] = function(session)
    return session.inbox:get(known.small).props.PidTagImportance
  end,
  ["another mailbox"] = function(session) return session:mailbox(tapped.me).inbox.total end,
}

-- the answers to a verb when nothing is wrong
local function answers_of(verb)
  local session <close> = verb ~= "connect" and tap:connect() or nil
  tap.count = 0
  local list = {}
  tap.tap = function(n, _, pass)
    local response, err = pass()
    list[n] = response.body
    return response, err
  end
  verbs[verb](session)
  tap:clear()
  return list
end

local function describe_change(verb, n, change)
  return ("%s, answer %d, %s"):format(verb, n, change)
end

-- the verb with one answer changed; gives what came of it
local function try(verb, n, what, change)
  local session <close> = verb ~= "connect" and tap:connect() or nil
  tap:at(n, change)
  local before = core.net.now()
  local ok, err = pcall(verbs[verb], session)
  local took = core.net.now() - before
  tap:clear()
  local label = describe_change(verb, n, what)
  if not ok then
    assert.is_true(error_object.is(err), label .. ": " .. tostring(err))
    assert.is_string(err.message, label)
    assert.falsy(tostring(err):find "[\r\n\0]", label)
    assert.truthy(err.where and err.where:find "answers_spec", label)
  end
  assert.is_true(took < 10, label .. " took too long")
  if session then assert.is_number(session.inbox:query({}):count(), label) end
  return ok, err, label
end

local function steps(verb, size)
  return thorough[verb] and 1 or math.max(1, size // MOST)
end

-- what a cut answer may be called; other kinds would send the user astray
local cut_kinds <const> = { network = true, protocol = true }

describe("an answer of a server", function()
  setup(seed)
  teardown(function() tap.box:close() end)

  for verb in pairs(verbs) do
    it("cut anywhere ends well: " .. verb, function()
      for n, body in ipairs(answers_of(verb)) do
        for k = 0, #body - 1, steps(verb, #body) do
          local ok, err, label = try(verb, n, "cut at " .. k, function(response)
            return tapped.with_body(response, response.body:sub(1, k))
          end)
          if not ok then assert.is_true(cut_kinds[err.kind], label .. ": " .. tostring(err)) end
        end
      end
    end)

    it("changed anywhere ends well: " .. verb, function()
      for n, body in ipairs(answers_of(verb)) do
        for k = 1, #body, 2 * steps(verb, #body) do
          local with = ({ 0xff, 0x01, 0x80, 0x10 })[k % 4 + 1]
          try(verb, n, ("byte %d ~ 0x%02x"):format(k, with), function(response)
            local text = response.body
            local byte = (text:byte(k) or 0) ~ with
            return tapped.with_body(response, text:sub(1, k - 1) .. string.char(byte)
              .. text:sub(k + 1))
          end)
        end
      end
    end)

    it("with counts that are too large ends well: " .. verb, function()
      for n, body in ipairs(answers_of(verb)) do
        for k = #body - 40, #body - 4, thorough[verb] and 1 or 9 do
          try(verb, n, "0xffffffff at " .. k, function(response)
            local text = response.body
            return tapped.with_body(response, text:sub(1, k) .. "\xff\xff\xff\xff"
              .. text:sub(k + 5))
          end)
        end
      end
    end)
  end
end)

-- Every answer from some point on --------------------------------------------

local function page(status, body, more)
  local headers = { { "Content-Type", "text/html" } }
  local fields = { ["content-type"] = "text/html" }
  for name, value in pairs(more or {}) do
    headers[#headers + 1], fields[name:lower()] = { name, value }, value
  end
  return { status = status, headers = headers, fields = fields, body = body }
end

local HTML <const> = "<html><head><title>Sign in</title></head><body>Welcome</body></html>"

local spoilt <const> = {
  { "a web page", "protocol", function() return page(200, HTML) end, "answers with text/html" },
  { "nothing", "protocol", function() return page(200, "") end },
  { "401", "auth", function() return page(401, HTML) end },
  { "403", "denied", function() return page(403, HTML) end },
  { "404", "not_found", function() return page(404, HTML) end },
  { "413", "limit", function() return page(413, HTML) end },
  { "429", "throttled", function() return page(429, HTML) end },
  { "500", "server", function() return page(500, HTML) end },
  { "502", "server", function() return page(502, HTML) end },
  { "503", "throttled", function() return page(503, HTML) end },
  { "503 for long", "throttled",
    function()
      local response = page(503, HTML, { ["Retry-After"] = "120" })
      response.retry_after = 120
      return response
    end, "asks to wait 120 seconds" },
  { "a redirect", "protocol", function() return page(302, HTML, { Location = "/" }) end },
  { "no answer", "network", tapped.lost },
  { "no answer in time", "timeout", function()
    return nil, { kind = "timeout", message = "no answer within 60 s" }
  end },
  { "a certificate", "tls", function()
    return nil, { kind = "tls", message = "the certificate has expired" }
  end },
  { "nonsense behind the head", "protocol", function(response)
    local head = response.body:match "^.-\r\n\r\n"
    return tapped.with_body(response, head .. ("\0"):rep(8) .. ("\xff"):rep(200))
  end },
  { "a megabyte of zeros behind", nil, function(response)
    return tapped.with_body(response, response.body .. ("\0"):rep(1 << 20))
  end },
}

describe("a server that has nothing else to say", function()
  local operations <const> = { "connect", "list folders", "query", "read", "create", "send",
    "read an attachment", "move" }

  setup(seed)
  teardown(function() tap.box:close() end)

  for _, case in ipairs(spoilt) do
    local name, kind, change, words = table.unpack(case, 1, 4)
    for _, verb in ipairs(operations) do
      it(("than %s is told so: %s"):format(name, verb), function()
        local session <close> = verb ~= "connect" and tap:connect() or nil
        if verb == "send" then session:send { to = tapped.other, subject = "before" } end
        local item = verb == "read an attachment" and session.inbox:get(known.small)
        local most = 0
        tap.count = 0
        tap.tap = function(n, _, pass)
          most = n
          local response = pass()
          return change(response)
        end
        local ok, err = pcall(item and function() return item.attachments[1]:read() end
          or verbs[verb], session)
        tap:clear()
        assert.is_true(most <= 6, ("%d requests"):format(most))
        if kind then
          assert.is_false(ok)
          assert.is_true(error_object.is(err), tostring(err))
          assert.equal(kind, err.kind, tostring(err))
          assert.truthy(tostring(err):find(words or "", 1, true), tostring(err))
        end
        if not session then return end
        assert.is_number(session.inbox:query({}):count())
      end)
    end
  end

  it("than Retry-After gives the error the time to wait", function()
    local session <close> = tap:connect()
    tap.tap = function() return spoilt[11][3]() end
    local ok, err = satchel.try(function() return session.inbox:query({}):count() end)
    tap:clear()
    assert.is_false(ok)
    assert.equal(120, err.retry_after)
    assert.is_true(err.retryable)
  end)
end)
