"""What both web servers share: request policy, rate limits, authentication, permissions, problem+json."""
