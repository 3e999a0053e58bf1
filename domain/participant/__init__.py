"""A participant: screening, consent, eligibility, enrolment, allocation, treatment, visits, four independent states."""
