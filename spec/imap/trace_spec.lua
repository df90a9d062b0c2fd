local trace = require "satchel.imap.trace"

describe("the trace of IMAP", function()
  for _, case in ipairs {
    { "NOOP", "NOOP" },
    { 'LOGIN "anna" "secret"', "LOGIN ***" },
    { { "login ", { literal = "anna" }, " ", { literal = "secret" } }, "LOGIN ***" },
    { "AUTHENTICATE PLAIN AGFubmEAc2VjcmV0", "AUTHENTICATE PLAIN ***" },
    { "AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE SCRAM-SHA-256" },
    { { "APPEND x ", { literal = "hello" } }, "APPEND x {5}" },
    { { "APPEND x ", { size = 700, binary = true }, " (", { literal = "" }, ")" },
      "APPEND x ~{700} ({0})" },
    { 'URLFETCH "imap://x/y;urlauth=anonymous:internal:91354a473744909de610943775f92038"',
      'URLFETCH "imap://x/y;urlauth=anonymous:internal:***"' },
  } do
    it("shows " .. case[2], function() assert.equal(case[2], trace.command(case[1])) end)
  end

  it("hides challenges of authentication, and nothing else", function()
    assert.equal("+ ***", trace.response("+ cj1meXA=", { secret = true }))
    assert.equal("+ idling", trace.response "+ idling")
    assert.equal("A1 OK in", trace.response("A1 OK in", { secret = true }))
  end)

  it("hides what authorizes a URL, however a server spells it", function()
    for _, word in ipairs { "internal", "INTERNAL", "Internal" } do
      local url = '* GENURLAUTH "imap://x/y;UID=9;URLAUTH=submit+a:' .. word .. ":"
      assert.equal(url .. '***"', trace.response(url .. '91354a47"'))
    end
  end)

  it("hides what a server repeats", function()
    assert.equal("A1 NO not ***!", trace.response("A1 NO not a%b(c)!", { secret = "a%b(c)" }))
    assert.equal("abc", trace.hide("abc", ""))
    assert.equal("abc", trace.hide("abc", nil))
  end)

  it("gives events", function()
    local event
    trace.show(function(e) event = e end, "send", "NOOP", 3)
    assert.same({ layer = "imap", direction = "send", text = "NOOP", round_trip = 3 }, event)
    trace.show(nil, "send", "NOOP", 3)
  end)
end)
