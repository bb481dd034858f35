-- Each event by itself, from many visitors: uvicorn believes what a proxy on this machine says of them.
wrk.method = "POST"
wrk.path = "/api/analytics/track/"

function request()
  wrk.headers["X-Forwarded-For"] = "10.0.0." .. math.random(250)
  return wrk.format(nil, nil, nil, '{"event_type": "product_view", "session_id": "' .. math.random(1000000) .. '"}')
end
