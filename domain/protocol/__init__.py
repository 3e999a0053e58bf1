"""The protocol: its versions, criteria, coded rules, interpretations, consent documents and visits."""
