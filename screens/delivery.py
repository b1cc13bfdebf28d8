"""Delivery: couriers with a PIN or a card, their list and their page (feature VIS-05)."""

from __future__ import annotations

from backend.catalog.staff import DELIVERY
from screens.person_page import person_keys
from screens.personnel import PersonnelPage, PersonnelTab
from screens.staff_form import DeliveryEdit, DeliveryForm


class DeliveryTab(PersonnelTab):
    """The list of deliveries."""

    RECORD = DELIVERY
    TOPICS = DELIVERY.topics
    TAB = 2
    ADD, EDIT = DeliveryForm, DeliveryEdit


class DeliveryPage(PersonnelPage):
    """One delivery."""

    BINDINGS = person_keys("personnel")
    KIND = "delivery"
    TITLE_TEXT = "Delivery"
    RECORD = DELIVERY
    EDIT = DeliveryEdit
