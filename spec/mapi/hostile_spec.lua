-- Answers that were tampered with: bytes of ROP buffers changed, removed, added
-- or cut off, handle tables emptied.  Whatever is called, it either works or
-- raises one of the error objects, and never an error of Lua.

local errors = require "satchel.error"
local sandbox = require "satchel.sandbox"
local satchel = require "satchel"
local wire = require("satchel.core").wire

local ANNA, BOB = "anna@example.test", "bob@example.test"
local ROUNDS <const> = 40

local function first(session)
  return session.inbox:query():first()
end

local verbs = {
  folders = function(s)
    for folder in s:folders() do assert(folder.name and folder.total) end
  end,
  reload = function(s) return s.inbox:reload().total end,
  items = function(s)
    for item in s.inbox:items { order = "-received" } do
      local _, _, _ = item.subject, item.from, item.received
    end
  end,
  read = function(s)
    local item = s.inbox:query({ where = { subject = satchel.contains "parts" } }):first()
    if not item then return end
    local _, _, _, _ = item.text, item.html, item.to, item.headers
    for _, attachment in ipairs(item.attachments) do attachment:read() end
  end,
  create = function(s)
    s.inbox:create { subject = "new", text = "x", attachments = { { name = "a", data = "b" } } }
  end,
  send = function(s) s:send { to = BOB, subject = "x", text = "y" } end,
  send_to_name = function(s) s:send { to = "bob", subject = "x", text = "y" } end,
  mark = function(s) s.inbox:query({ limit = 2 }):update { unread = false } end,
  update = function(s) s.inbox:query({ limit = 2 }):update { flagged = true } end,
  copy = function(s) s.inbox:query({ limit = 2 }):copy(s.archive, { ids = true }) end,
  move = function(s) s.inbox:query({ limit = 1 }):move(s.drafts, { ids = true }) end,
  delete = function(s) s.inbox:query({ limit = 1 }):delete() end,
  path = function(s) return s:folder "Inbox/sub" end,
  folder = function(s) s:folder("Inbox/new", { create = true }):delete() end,
  count = function(s) return s.inbox:query({ where = { unread = true } }):count() end,
  reply = function(s)
    local item = first(s)
    if item then item:reply({ text = "k", to = BOB }):send() end
  end,
  forward = function(s)
    local item = first(s)
    if item then item:forward({ text = "k", to = BOB }):send() end
  end,
  save = function(s)
    local item = first(s)
    if not item then return end
    item.categories = { "a" }
    item:save()
  end,
  props = function(s)
    local item = first(s)
    return item and item.props.PidTagImportance
  end,
  mailbox = function(s) return s:mailbox(BOB) end,
  empty = function(s) s.inbox:empty() end,
}

local names = {}
for name in pairs(verbs) do names[#names + 1] = name end
table.sort(names)

-- the same numbers on every machine
local function generator(seed)
  return function(n)
    seed = (seed * 6364136223846793005 + 1442695040888963407)
    return (seed >> 33) % n + 1
  end
end

local function tampered(bytes, random)
  if #bytes == 0 then return bytes end
  local at, how = random(#bytes), random(5)
  if how == 1 then return bytes:sub(1, at - 1) end
  if how == 2 then return bytes:sub(1, at - 1) .. bytes:sub(at + random(4)) end
  local byte = string.char(({ 0, 1, 5, 0x80, 0xff, random(256) - 1 })[random(6)])
  if how == 3 then return bytes:sub(1, at) .. byte:rep(random(8)) .. bytes:sub(at + 1) end
  return bytes:sub(1, at - 1) .. byte .. bytes:sub(at + 1)
end

local function tamper_rops(body, random)
  local payloads = wire.unwrap(body.rop_buffer)
  for _, payload in ipairs(payloads) do
    payload.rops = tampered(payload.rops, random)
    if random(10) == 1 then payload.handles = {} end
  end
  body.rop_buffer = wire.wrap(payloads)
  return assert(wire.encode_body("response", "execute", body))
end

local function tamper(response, random)
  local head, bytes = (response.body or ""):match "^(.-\r\n\r\n)(.*)$"
  if not head then return response end
  local body = wire.decode_body("response", "execute", bytes)
  if body and #body.rop_buffer > 0 then
    response.body = head .. tamper_rops(body, random)
  else
    response.body = head .. tampered(bytes, random)
  end
  return response
end

local function start()
  local box = sandbox.start { users = { [ANNA] = "secret", [BOB] = "secret" } }
  box:seed { [ANNA] = { ["Inbox/sub"] = { { subject = "t" } }, Inbox = {
    { subject = "s %d", count = 5, unread = true }, { subject = "parts", html = "<b>x</b>",
      attachments = { { name = "q", data = ("zz"):rep(100) } } } } } }
  return box
end

-- a session of which two of five answers are tampered with once `armed`
local function session_of(box, random, state)
  local send = box:transport()
  local proxy = setmetatable({ transport = function()
    return function(request)
      local response, err = send(request)
      if response and state.armed and random(5) <= 2 then tamper(response, random) end
      return response, err
    end
  end }, { __index = box })
  return satchel.connect { sandbox = proxy, user = ANNA, password = "secret", timeout = 5 }
end

describe("answers that were tampered with", function()
  for _, name in ipairs(names) do
    it("are refused by " .. name, function()
      local raised = 0
      for seed = 1, ROUNDS do
        local random, state = generator(seed), {}
        local box <close> = start()
        local session = session_of(box, random, state)
        state.armed = true
        for _ = 1, 3 do
          local ok, err = pcall(verbs[name], session)
          if not ok then
            raised = raised + 1
            assert.is_true(errors.is(err), ("seed %d: %s"):format(seed, tostring(err)))
            assert.is_truthy(errors.kinds[err.kind])
          end
        end
        state.armed = false
        pcall(session.close, session)
      end
      assert.is_true(raised > 0)
    end)
  end
end)
